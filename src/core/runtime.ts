import type { Bus } from './bus.js';
import type { Clock } from './clock.js';
import type { Counters } from './counters.js';
import type { IdleClock } from './idle.js';
import type { ErrorContext, Logger } from './logging.js';
import type { Plan } from './plan.js';
import type { Timers } from './timers.js';

/** @internal What all connections of a server share. */
export interface Runtime {
  readonly bus: Bus;
  readonly timers: Timers;
  readonly idle: IdleClock;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly logger: Logger;
  /** Never throws. */
  report(error: Error, context: ErrorContext): void;
  /** A frame that nothing takes; logged once per class and kind. */
  ignored(handler: string, kind: string): void;
  /** An info that no `@OnInfo` takes; logged as frames are, or as a warning where a mistake is likely behind it. */
  unmatched(plan: Plan, info: unknown): void;
}
