import type { Counters } from '../counters.js';
import { describe, toError } from '../errors.js';
import { isThenable } from '../interpreter.js';
import type { ErrorContext, Logger } from '../logging.js';
import type { Plan } from '../plan.js';
import { ignoredAdvice, ignoredKind } from './ignored-infos.js';
import type { AttachOptions } from './options.js';

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

/** Tells the application what fails, by `onError`, and what is ignored, by its log. Never throws. */
export class Reporter {
  readonly logger: Logger;
  readonly #onError: AttachOptions['onError'];
  readonly #counters: Counters;
  readonly #ignored = new Set<string>();

  constructor({ logger = CONSOLE, onError }: AttachOptions, counters: Counters) {
    this.logger = guarded(logger);
    this.#onError = onError;
    this.#counters = counters;
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
    this.#counters.ignored++;
    const key = `${handler} ${kind}`;
    if (this.#ignored.has(key)) return false;
    this.#ignored.add(key);
    return true;
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
