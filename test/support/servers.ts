import 'reflect-metadata';
import { afterEach } from '@jest/globals';
import { container } from 'tsyringe';
import { type ErrorContext, type HandlerClass, type Logger, type ServeOptions, type Server, serve } from 'vaquero';

/** A server under test, and what it said of errors and to its log. */
export interface TestServer extends Server {
  readonly errors: { readonly error: Error; readonly context: ErrorContext }[];
  readonly log: string[];
  /** Resolves when the next error is reported. */
  nextError(): Promise<{ readonly error: Error; readonly context: ErrorContext }>;
}

const started: Server[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close({ timeout: 0 })));
});

/** Serves handlers on a free port until the test ends, in a container of the test's own. */
export async function start(handlers: readonly HandlerClass[], options: Partial<ServeOptions> = {}): Promise<TestServer> {
  const errors: TestServer['errors'] = [];
  const waiting: ((report: TestServer['errors'][number]) => void)[] = [];
  const log: string[] = [];
  const server = await serve({
    port: 0,
    handlers,
    container: container.createChildContainer(),
    logger: recorder(log),
    onError: (error, context) => {
      errors.push({ error, context });
      for (const resolve of waiting.splice(0)) resolve({ error, context });
    },
    ...options,
  });
  started.push(server);
  const nextError = () => new Promise<TestServer['errors'][number]>((resolve) => waiting.push(resolve));
  return Object.assign(server, { errors, log, nextError }) as TestServer;
}

/** A logger that keeps its lines, each with its level. */
export function recorder(lines: string[]): Logger {
  const level =
    (name: string) =>
    (...line: unknown[]) =>
      void lines.push(`${name}: ${line.map(String).join(' ')}`);
  return { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
}
