import type { Clock } from '../core/clock.js';
import { MAX_DELAY } from '../core/clock.js';
import { must } from '../core/option-checks.js';

/** The check of a clock. */
export const aClock = must('a clock, such as new VirtualClock()', (value) => {
  const { now, setTimeout, clearTimeout } = (value ?? {}) as Partial<Clock>;
  return [now, setTimeout, clearTimeout].every((method) => typeof method === 'function');
});

/** The check of how long something is waited for. */
export const aTimeout = must(
  `a number of milliseconds from 1 to ${MAX_DELAY}, or Infinity`,
  (value) => typeof value === 'number' && value >= 1 && (value <= MAX_DELAY || value === Number.POSITIVE_INFINITY),
);
