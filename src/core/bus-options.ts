import type { Clock } from './clock.js';
import { VaqueroError } from './errors.js';
import { type Check, MAX_INTEGER, must, optionFaults, range } from './option-checks.js';

/** What a bus takes. */
export interface BusOptions {
  /** By which requests go that are not answered, and nodes that give no sign of life: a `VirtualClock`, in tests. Default: the machine's. */
  readonly clock?: Clock;
  /** Requests of this process that may wait for their answers; more are rejected. Default 10,000. */
  readonly maxRequests?: number;
}

/** How each option is checked; buses with a broker add theirs. */
export const BUS_CHECKS: Readonly<Record<keyof BusOptions, Check>> = {
  clock: must('a clock', (v) => typeof (v as Partial<Clock> | null)?.setTimeout === 'function'),
  maxRequests: range(1, MAX_INTEGER, ''),
};

/** Throws `VAQUERO_INVALID_OPTION` with everything that is wrong with a bus's options. */
export function checkBusOptions(bus: string, options: unknown, checks: Readonly<Record<string, Check>> = BUS_CHECKS): void {
  const faults = optionFaults(options, checks);
  if (faults.length > 0) throw new VaqueroError('VAQUERO_INVALID_OPTION', `new ${bus}(): ${faults.join('; ')}.`);
}
