import 'reflect-metadata';
import { afterEach } from '@jest/globals';
import { container } from 'tsyringe';
import { type ErrorContext, type HandlerClass, type Logger, type ServeOptions, type Server, serve } from 'vaquero';

/** An error that was reported. */
export interface Report {
  readonly error: Error;
  readonly context: ErrorContext;
}

/** What was said of errors and to the log. */
export class Reports {
  readonly errors: Report[] = [];
  readonly log: string[] = [];
  readonly logger = recorder(this.log);
  #waiting: ((report: Report) => void)[] = [];

  readonly onError = (error: Error, context: ErrorContext): void => {
    this.errors.push({ error, context });
    for (const resolve of this.#waiting.splice(0)) resolve({ error, context });
  };

  /** Resolves when the next error is reported. */
  readonly nextError = (): Promise<Report> => new Promise((resolve) => this.#waiting.push(resolve));
}

/** A server under test, and what it said of errors and to its log. */
export type TestServer = Server & Pick<Reports, 'errors' | 'log' | 'nextError'>;

const started: Server[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close({ timeout: 0 })));
});

/** Serves handlers on a free port until the test ends, in a container of the test's own. */
export async function start(handlers: readonly HandlerClass[], options: Partial<ServeOptions> = {}): Promise<TestServer> {
  const { errors, log, logger, onError, nextError } = new Reports();
  const server = await serve({
    port: 0,
    handlers,
    container: container.createChildContainer(),
    logger,
    onError,
    ...options,
  });
  started.push(server);
  return Object.assign(server, { errors, log, nextError });
}

/** A logger that keeps its lines, each with its level. */
export function recorder(lines: string[]): Logger {
  const level =
    (name: string) =>
    (...line: unknown[]) =>
      void lines.push(`${name}: ${line.map(String).join(' ')}`);
  return { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
}
