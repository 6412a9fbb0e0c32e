import { isOwnContainer } from '../../di/other-tsyringe.js';
import { Bus } from '../bus.js';
import { MAX_DELAY } from '../clock.js';
import { isForeign, twoCopies } from '../copies.js';
import { describe, VaqueroError } from '../errors.js';
import { type Check, MAX_INTEGER, must, optionFaults, range } from '../option-checks.js';
import type { AttachOptions, CloseOptions, ServeOptions } from './options.js';

/** The options of a server that are numbers, with nothing left open. */
export interface ServerLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxPendingUpgrades: number;
  readonly handshakeTimeout: number;
  /** How many proxies are trusted. */
  readonly proxies: number;
}

const count = must(
  `an integer from 1 to ${MAX_INTEGER}, or Infinity`,
  (v) => v === Number.POSITIVE_INFINITY || (Number.isInteger(v) && (v as number) >= 1 && (v as number) <= MAX_INTEGER),
);

const anything: Check = () => undefined;

const ATTACH_CHECKS: Readonly<Record<keyof AttachOptions, Check>> = {
  handlers: must("a list of classes, or await discover('dir')", (v) => Array.isArray(v)),
  maxConnections: count,
  maxConnectionsPerAddress: count,
  maxPendingUpgrades: count,
  handshakeTimeout: range(1, MAX_DELAY, ' milliseconds'),
  trustProxy: must(
    'true, false, or the number of proxies in front',
    (v) => typeof v === 'boolean' || (Number.isInteger(v) && (v as number) >= 0),
  ),
  container: must('a container of tsyringe', isOwnContainer),
  bus: must('a Bus', (v) => v instanceof Bus),
  // What is wrong with them is said with the handlers.
  defaults: anything,
  clock: anything,
  onError: must('a function', (v) => typeof v === 'function'),
  logger: must('an object with debug, info, warn and error', (v) =>
    ['debug', 'info', 'warn', 'error'].every((level) => typeof (v as Record<string, unknown> | null)?.[level] === 'function'),
  ),
};

/** Of the HTTP server that only `serve` has. */
const OWN_CHECKS: Readonly<Record<Exclude<keyof ServeOptions, keyof AttachOptions>, Check>> = {
  port: range(0, 65_535, ''),
  host: must('a string', (v) => typeof v === 'string'),
  maxHeaderSize: range(1_024, MAX_INTEGER, ' bytes'),
};

const SERVE_CHECKS: Readonly<Record<keyof ServeOptions, Check>> = { ...ATTACH_CHECKS, ...OWN_CHECKS };

/** What to write in place of what came, where that can be told. */
const ADVICE: Readonly<Partial<Record<keyof ServeOptions, (given: unknown) => string>>> = {
  handlers: listOf,
  container: (given) => (hasChildren(given) ? ofOther('tsyringe') : ''),
  bus: (given) => (isForeign(Object(given).constructor) ? ofOther('vaquero') : ''),
  port: (given) =>
    typeof given === 'string' || Number.isNaN(given) ? '; from the environment: Number(process.env.PORT ?? 8080)' : '',
};

function hasChildren(given: unknown): boolean {
  return typeof (given as { createChildContainer?: unknown } | null)?.createChildContainer === 'function';
}

function ofOther(name: 'tsyringe' | 'vaquero'): string {
  return `. ${twoCopies(name, 'it is of the other')}`;
}

function listOf(given: unknown): string {
  if (given instanceof Promise) return '; this is a promise, so await it';
  if (typeof given === 'function') return `; put it into a list: [${given.name}]`;
  return typeof given === 'object' && given !== null ? '; of a module: Object.values(module)' : '';
}

/** Throws `VAQUERO_INVALID_OPTION` for what is no HTTP server, such as the application of a framework. */
export function checkHttpServer(given: unknown): void {
  if (isServer(given)) return;
  throw new VaqueroError(
    'VAQUERO_INVALID_OPTION',
    `attach() takes the HTTP server, got ${describe(given)}. Of Express it is what app.listen() or createServer(app) answers, of Fastify ` +
      "app.server, of Hono what serve() of '@hono/node-server' answers.",
  );
}

/** By what is used of it: frameworks' applications, which are emitters too, have no address. */
function isServer(given: unknown): boolean {
  const { on, address, listenerCount } = (given ?? {}) as Record<string, unknown>;
  return [on, address, listenerCount].every((method) => typeof method === 'function');
}

/** Throws `VAQUERO_INVALID_OPTION` with everything that is wrong with the options of `serve`. */
export function checkServeOptions(options: ServeOptions): void {
  check(options, SERVE_CHECKS);
}

/** Throws `VAQUERO_INVALID_OPTION` with everything that is wrong with options of a server whose HTTP server is another's. */
export function checkServerOptions(options: AttachOptions): void {
  check(options, ATTACH_CHECKS);
}

function check(options: AttachOptions, checks: Readonly<Record<string, Check>>): void {
  const given: Readonly<Record<string, unknown>> = { ...options };
  const unknown = Object.keys(given)
    .filter((key) => !Object.hasOwn(checks, key))
    .map((key) => unknownOption(key, checks));
  const faults = Object.entries(checks).flatMap(([key, one]) => {
    const value = given[key];
    const rule = value === undefined && key !== 'handlers' ? undefined : one(value);
    return rule === undefined
      ? []
      : [`option ${key} must be ${rule}, got ${describe(value)}${ADVICE[key as keyof ServeOptions]?.(value) ?? ''}`];
  });
  const all = [...unknown, ...faults];
  if (all.length > 0) throw new VaqueroError('VAQUERO_INVALID_OPTION', `The server's options: ${all.join('; ')}.`);
}

function unknownOption(key: string, checks: Readonly<Record<string, Check>>): string {
  return Object.hasOwn(OWN_CHECKS, key)
    ? `option ${key} is for serve(), which has an HTTP server of its own; attach() leaves it to the one that it is given: ` +
        'createServer({ maxHeaderSize }).listen(port, host)'
    : `unknown option ${key}; there are ${Object.keys(checks).join(', ')}`;
}

const CLOSE_CHECKS: Readonly<Record<keyof CloseOptions, Check>> = {
  timeout: must(`milliseconds from 0 to ${MAX_DELAY}, or Infinity`, (v) => isDelay(v) || v === Number.POSITIVE_INFINITY),
  spread: must(`milliseconds from 0 to ${MAX_DELAY}`, isDelay),
};

function isDelay(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= MAX_DELAY;
}

/** Everything that is wrong with what `close` was given, as an error; `undefined` if nothing is. */
export function closeFault(options: CloseOptions): VaqueroError | undefined {
  const faults = optionFaults(options, CLOSE_CHECKS);
  return faults.length === 0 ? undefined : new VaqueroError('VAQUERO_INVALID_OPTION', `close(): ${faults.join('; ')}.`);
}

/** The options that are numbers, over our defaults. */
export function serverLimits(options: AttachOptions): ServerLimits {
  return {
    maxConnections: options.maxConnections ?? 100_000,
    maxConnectionsPerAddress: options.maxConnectionsPerAddress ?? Number.POSITIVE_INFINITY,
    maxPendingUpgrades: options.maxPendingUpgrades ?? 1_000,
    handshakeTimeout: options.handshakeTimeout ?? 10_000,
    proxies: Number(options.trustProxy ?? 0),
  };
}
