/**
 * What a bus for another broker is made of: `class MyBus extends ClusterBus` over an own `Broker`. `busContract` of `vaquero/testing` says whether it does what a bus
 * must do.
 *
 * @module
 */

export type { Broker, BrokerEvents, PresenceRecord, PresenceStore } from './broker.js';
export { ClusterBus } from './cluster-bus.js';
export type { ClusterOptions } from './options.js';
