/**
 * Tests of handlers without a port: `mount` connects a client to one, `VirtualClock` has time pass when a test says so.
 *
 * @module
 */

export type { Clock } from '../core/clock.js';
export type { Counters } from '../core/counters.js';
export type { Closed } from './client.js';
export type { ReceivedFrame } from './frames.js';
export type { MountOptions } from './mount.js';
export { mount } from './mount.js';
export type { Mounted } from './mounted.js';
export type { ReportedError } from './reported-error.js';
export type { UpgradeResponse } from './response.js';
export { UpgradeRefused } from './upgrade-refused.js';
export { VirtualClock } from './virtual-clock.js';
