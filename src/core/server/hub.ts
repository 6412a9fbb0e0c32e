import type { Bus } from '../bus.js';
import { type Clock, systemClock } from '../clock.js';
import type { Life } from '../connection/life.js';
import { noCounts } from '../counters.js';
import { describe, toError } from '../errors.js';
import { IdleClock } from '../idle.js';
import { isThenable } from '../interpreter.js';
import type { ErrorContext, Logger } from '../logging.js';
import type { Plan } from '../plan.js';
import type { Runtime } from '../runtime.js';
import { Timers } from '../timers.js';
import { ignoredAdvice, ignoredKind } from './ignored-infos.js';
import type { AttachOptions } from './options.js';

/** Milliseconds between the batches in which connections are told to end. */
const BATCH_INTERVAL = 50;

const silent = (): void => undefined;

/** Warnings and errors go to the console; the rest is nobody's business unless a logger is given. */
const CONSOLE: Logger = {
  debug: silent,
  info: silent,
  warn: (...line) => console.warn(...line),
  error: (...line) => console.error(...line),
};

/** A log that throws must not stop what it tells of; what it threw is told where it can be. */
function guarded(logger: Logger): Logger {
  const level =
    (name: keyof Logger) =>
    (...line: unknown[]) => {
      try {
        logger[name](...line);
      } catch (thrown) {
        console.error('vaquero: the logger threw', thrown, 'when it was told', ...line);
      }
    };
  return { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
}

/** What all connections of a server share, and the set of those that have not ended. */
export class Hub implements Runtime {
  readonly timers: Timers;
  readonly idle: IdleClock;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly counters = noCounts();
  closing = false;

  /** Those that have not ended, each with what is to be done when it has. */
  readonly #lives = new Map<Life, (() => void) | null>();
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
    this.logger = guarded(options.logger ?? CONSOLE);
    this.#onError = options.onError;
  }

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

  report(error: Error, context: ErrorContext): void {
    if (this.#onError === undefined) return this.#log(error, context);
    const failed = (thrown: unknown) => {
      this.#log(error, context);
      this.#log(toError(thrown, 'onError'), { stage: 'server' });
    };
    try {
      const result: unknown = this.#onError(error, context);
      if (isThenable(result)) Promise.resolve(result).catch(failed);
    } catch (thrown) {
      failed(thrown);
    }
  }

  ignored(handler: string, kind: string): void {
    if (this.#isFirst(handler, kind)) this.#logIgnored(handler, kind);
  }

  unmatched(plan: Plan, info: unknown): void {
    if (!this.#isFirst(plan.name, ignoredKind(info))) return;
    const advice = ignoredAdvice(plan, info);
    if (advice === undefined) this.#logIgnored(plan.name, 'info');
    else this.logger.warn(`${plan.name} ignores ${describe(info)}${advice}`);
  }

  #logIgnored(handler: string, kind: string): void {
    this.logger.debug(`${handler} has no callback for this ${kind}; it and all later ones are ignored`);
  }

  /** Counts what is ignored; only the first of a class and kind is logged. */
  #isFirst(handler: string, kind: string): boolean {
    this.counters.ignored++;
    const key = `${handler} ${kind}`;
    if (this.#ignored.has(key)) return false;
    this.#ignored.add(key);
    return true;
  }

  /** Ends all connections, in batches spread over a time, and resolves when they have ended; those that take longer than the timeout are cut. */
  async drain(timeout: number, spread: number): Promise<void> {
    this.closing = true;
    const empty = new Promise<void>((resolve) => {
      this.#empty = resolve;
    });
    await this.#endInBatches(spread);
    if (this.#lives.size === 0) return;
    if (timeout === Number.POSITIVE_INFINITY) return empty;
    const deadline = this.#after(timeout);
    await Promise.race([empty, deadline.passed]);
    deadline.cancel();
    if (this.#lives.size === 0) return;
    this.logger.warn(`${this.#lives.size} connections had not ended after ${timeout} ms, and were cut`);
    this.counters.cut += this.#lives.size;
    for (const life of this.#lives.keys()) life.cut();
  }

  async #endInBatches(spread: number): Promise<void> {
    const lives = [...this.#lives.keys()];
    // Who is not let in yet is told so at once.
    for (const life of lives) if (life.upgrading) life.end({ type: 'shutdown' });
    const batches = Math.max(1, Math.min(lives.length, Math.floor(spread / BATCH_INTERVAL)));
    for (let batch = 0; batch < batches; batch++) {
      if (batch > 0) await this.#after(spread / batches).passed;
      const from = Math.floor((batch * lives.length) / batches);
      const to = Math.floor(((batch + 1) * lives.length) / batches);
      for (const life of lives.slice(from, to)) life.end({ type: 'shutdown' });
    }
  }

  #after(ms: number): { readonly passed: Promise<void>; cancel(): void } {
    let handle: unknown;
    const passed = new Promise<void>((resolve) => {
      handle = this.clock.setTimeout(resolve, ms);
    });
    return { passed, cancel: () => this.clock.clearTimeout(handle) };
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
