import type { Clock } from '../core/clock.js';
import { must } from '../core/option-checks.js';

/** The check of a clock. */
export const aClock = must('a clock, such as new VirtualClock()', (value) => {
  const { now, setTimeout, clearTimeout } = (value ?? {}) as Partial<Clock>;
  return [now, setTimeout, clearTimeout].every((method) => typeof method === 'function');
});
