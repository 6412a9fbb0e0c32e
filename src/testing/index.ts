/**
 * Tests of handlers without a port: `mount` connects a client to one, `VirtualClock` has time pass when a test says so, `SimulatedNetwork` is many nodes
 * in one process; `busContract` holds a bus to what a bus must do.
 *
 * @module
 */

export type { Clock } from '../core/clock.js';
export type { Counters } from '../core/counters.js';
export type { BusHarness, ContractCase } from './bus-contract/index.js';
export { busContract } from './bus-contract/index.js';
export type { Closed } from './client.js';
export type { ReceivedFrame } from './frames.js';
export { mount } from './mount.js';
export type { MountOptions } from './mount-options.js';
export type { Mounted } from './mounted.js';
export type { SimulatedNetworkOptions } from './network/simulated-network.js';
export { SimulatedNetwork } from './network/simulated-network.js';
export type { ReportedError } from './reported-error.js';
export type { UpgradeResponse } from './response.js';
export { UpgradeRefused } from './upgrade-refused.js';
export { VirtualClock } from './virtual-clock.js';
