/**
 * The bus of many nodes over NATS.
 *
 * @module
 */

export { NatsBus, type NatsBusOptions } from './nats-bus.js';
