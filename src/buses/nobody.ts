import type { BrokerEvents } from '../core/cluster/broker.js';

/** Told to nobody: before `connect` and after `close`. */
export const NOBODY: BrokerEvents = {
  message: () => undefined,
  unheard: () => undefined,
  down: () => undefined,
  up: () => undefined,
  lost: () => undefined,
  failed: () => undefined,
};
