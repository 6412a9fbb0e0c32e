import type { Bus } from '../bus.js';
import { type Clock, systemClock } from '../clock.js';
import type { Life } from '../connection/life.js';
import { noCounts } from '../counters.js';
import { IdleClock } from '../idle.js';
import type { ErrorContext, Logger } from '../logging.js';
import type { Plan } from '../plan.js';
import type { Runtime } from '../runtime.js';
import { Timers } from '../timers.js';
import { isOverWithin } from '../within.js';
import type { AttachOptions } from './options.js';
import { Reporter } from './reporter.js';

/** Milliseconds between the batches in which connections are told to end. */
const BATCH_INTERVAL = 50;

/** What all connections of a server share, and the set of those that have not ended. */
export class Hub implements Runtime {
  readonly timers: Timers;
  readonly idle: IdleClock;
  readonly clock: Clock;
  readonly counters = noCounts();
  closing = false;

  readonly #reporter: Reporter;
  /** Those that have not ended, each with what is to be done when it has. */
  readonly #lives = new Map<Life, (() => void) | null>();
  #empty: (() => void) | null = null;

  constructor(
    readonly bus: Bus,
    options: AttachOptions,
  ) {
    this.clock = options.clock ?? systemClock;
    this.timers = new Timers(this.clock);
    this.idle = new IdleClock(this.clock);
    this.#reporter = new Reporter(options, this.counters);
  }

  // --- What is told ---

  get logger(): Logger {
    return this.#reporter.logger;
  }

  report(error: Error, context: ErrorContext): void {
    this.#reporter.report(error, context);
  }

  ignored(handler: string, kind: string): void {
    this.#reporter.ignored(handler, kind);
  }

  unmatched(plan: Plan, info: unknown): void {
    this.#reporter.unmatched(plan, info);
  }

  // --- Who is here ---

  get size(): number {
    return this.#lives.size;
  }

  began(life: Life, onEnded: (() => void) | null = null): void {
    this.#lives.set(life, onEnded);
  }

  terminated(life: Life): void {
    this.logger.debug(`${life.plan.name} has ended:`, life.told);
  }

  ended(life: Life): void {
    this.#lives.get(life)?.();
    this.#lives.delete(life);
    if (this.#lives.size === 0) this.#empty?.();
  }

  // --- The end ---

  /** Ends all connections, in batches spread over a time, and resolves when they have ended; those that take longer than the timeout are cut. */
  async drain(timeout: number, spread: number): Promise<void> {
    this.closing = true;
    const empty = new Promise<void>((resolve) => {
      this.#empty = resolve;
    });
    await this.#endInBatches(spread, empty);
    if (this.#lives.size === 0) return;
    if (timeout === Number.POSITIVE_INFINITY) return empty;
    await isOverWithin(empty, this.clock, timeout);
    if (this.#lives.size === 0) return;
    this.logger.warn(`Connections that had not ended after ${timeout} ms, and were cut: ${this.#lives.size}`);
    this.counters.cut += this.#lives.size;
    for (const life of this.#lives.keys()) life.cut();
  }

  /** Tells everybody to end, and waits between the batches for as long as anybody is left. */
  async #endInBatches(spread: number, empty: Promise<void>): Promise<void> {
    const lives = [...this.#lives.keys()];
    // Who is not let in yet is told so at once.
    for (const life of lives) if (life.upgrading) life.end({ type: 'shutdown' });
    const batches = Math.max(1, Math.min(lives.length, Math.floor(spread / BATCH_INTERVAL)));
    for (let batch = 0; batch < batches; batch++) {
      if (batch > 0) await isOverWithin(empty, this.clock, spread / batches);
      if (this.#lives.size === 0) return;
      const from = Math.floor((batch * lives.length) / batches);
      const to = Math.floor(((batch + 1) * lives.length) / batches);
      for (const life of lives.slice(from, to)) life.end({ type: 'shutdown' });
    }
  }
}
