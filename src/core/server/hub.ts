import type { Bus } from '../bus.js';
import { type Clock, systemClock } from '../clock.js';
import type { Life } from '../connection/life.js';
import { noCounts } from '../counters.js';
import { toError } from '../errors.js';
import { IdleClock } from '../idle.js';
import type { ErrorContext, Logger, Runtime } from '../runtime.js';
import { Timers } from '../timers.js';
import type { AttachOptions } from './options.js';

const silent = (): void => undefined;

/** Warnings and errors go to the console; the rest is nobody's business unless a logger is given. */
const CONSOLE: Logger = {
  debug: silent,
  info: silent,
  warn: (...line) => console.warn(...line),
  error: (...line) => console.error(...line),
};

/** What all connections of a server share, and the set of those that have not ended. */
export class Hub implements Runtime {
  readonly timers: Timers;
  readonly idle: IdleClock;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly counters = noCounts();
  closing = false;

  readonly #lives = new Set<Life>();
  readonly #onError: AttachOptions['onError'];
  readonly #ignored = new Set<string>();
  #empty: (() => void) | null = null;

  constructor(
    readonly bus: Bus,
    options: AttachOptions,
  ) {
    this.clock = options.clock ?? systemClock;
    this.timers = new Timers(this.clock);
    this.idle = new IdleClock(this.clock);
    this.logger = options.logger ?? CONSOLE;
    this.#onError = options.onError;
  }

  get size(): number {
    return this.#lives.size;
  }

  began(life: Life): void {
    this.#lives.add(life);
  }

  ended(life: Life): void {
    this.#lives.delete(life);
    if (this.#lives.size === 0) this.#empty?.();
  }

  report(error: Error, context: ErrorContext): void {
    if (this.#onError === undefined) return this.#log(error, context);
    try {
      this.#onError(error, context);
    } catch (thrown) {
      this.#log(error, context);
      this.#log(toError(thrown, 'onError'), { stage: 'server' });
    }
  }

  ignored(handler: string, kind: string): void {
    this.counters.ignored++;
    const key = `${handler} ${kind}`;
    if (this.#ignored.has(key)) return;
    this.#ignored.add(key);
    this.logger.debug(`${handler} has no callback for this ${kind}; it and all later ones are ignored`);
  }

  /** Ends all connections and resolves when they have ended; those that take longer than the timeout are cut. */
  async drain(timeout: number): Promise<void> {
    this.closing = true;
    if (this.#lives.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#empty = resolve;
    });
    for (const life of this.#lives) life.end({ type: 'shutdown' });
    if (this.#lives.size === 0) return;
    let deadline: unknown;
    const late = new Promise<void>((resolve) => {
      deadline = this.clock.setTimeout(resolve, timeout);
    });
    await Promise.race([empty, late]);
    this.clock.clearTimeout(deadline);
    if (this.#lives.size === 0) return;
    this.logger.warn(`${this.#lives.size} connections had not ended after ${timeout} ms, and were cut`);
    this.counters.cut += this.#lives.size;
    for (const life of this.#lives) life.cut();
  }

  #log(error: Error, { stage, handler, method, path }: ErrorContext): void {
    const where = [handler, method].filter((name) => name !== undefined).join('.');
    // A path comes from the client: quoted, so that no line break of it ends up in a log.
    this.logger.error(
      `vaquero: ${stage} failed${where && ` in ${where}`}${path === undefined ? '' : ` (${JSON.stringify(path)})`}:`,
      error,
    );
  }
}
