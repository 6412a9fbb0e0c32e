import { MAX_DELAY } from './clock.js';
import type { RuntimeOptions } from './commands.js';
import { describe } from './errors.js';
import { HTTP_TOKEN } from './http-token.js';
import type { HandlerOptions } from './options.js';
import { originCorrection } from './origin.js';
import { Latest } from './policy.js';
import type { RateLimit } from './token-bucket.js';

/** The largest bound; also the longest Buffer that every platform has. */
export const MAX_INTEGER = 0x7fff_ffff;

/** A check answers what an option must be, or undefined if it is that. */
export type Check = (value: unknown) => string | undefined;

/** A check that answers the rule unless it holds. */
export const must =
  (rule: string, holds: (value: unknown) => boolean): Check =>
  (value) =>
    holds(value) ? undefined : rule;

const bool = must('true or false', (v) => typeof v === 'boolean');

/** A check for an integer within bounds, both included; the unit is said behind them, with a space before it. */
export const range = (from: number, to: number, unit: string): Check =>
  must(`an integer from ${from} to ${to}${unit}`, (v) => Number.isInteger(v) && (v as number) >= from && (v as number) <= to);
const fields =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'an object';
    for (const [key, given] of Object.entries(value)) {
      const check = checks[key];
      if (check === undefined) return `an object with the keys ${Object.keys(checks).join(', ')} (not ${key})`;
      const rule = given === undefined ? undefined : check(given);
      if (rule !== undefined) return `an object in which ${key} is ${rule} (got ${describe(given)})`;
    }
    return undefined;
  };

const policy = must(
  "'close', 'drop-oldest', 'drop-newest' or latest(key)",
  (v) => v === 'close' || v === 'drop-oldest' || v === 'drop-newest' || v instanceof Latest,
);

const RATE_CHECKS: Readonly<Record<keyof RateLimit, Check>> = {
  messages: range(1, MAX_INTEGER, ''),
  per: must(`a number of milliseconds from 1 to ${MAX_DELAY}`, (v) => typeof v === 'number' && v >= 1 && v <= MAX_DELAY),
  burst: range(1, MAX_INTEGER, ''),
  policy: must("'close', 'drop' or 'pause'", (v) => v === 'close' || v === 'drop' || v === 'pause'),
};

/** Milliseconds that a timer can take, or `Infinity` for as long as it may last. */
export const delayOrInfinity = must(
  `a number of milliseconds from 1 to ${MAX_DELAY}, or Infinity`,
  (v) => typeof v === 'number' && v >= 1 && (v <= MAX_DELAY || v === Number.POSITIVE_INFINITY),
);

const RUNTIME_CHECKS: Readonly<Record<keyof RuntimeOptions, Check>> = {
  idleTimeout: delayOrInfinity,
  maxFrameSize: range(1, MAX_INTEGER, ' bytes'),
};

const ORIGINS = must(
  "'same-origin', '*', a list of origins and patterns, or a function",
  (v) =>
    v === 'same-origin' ||
    v === '*' ||
    typeof v === 'function' ||
    (Array.isArray(v) && v.every((o) => typeof o === 'string' || o instanceof RegExp)),
);

function originsFault(value: unknown): string | undefined {
  const listed: readonly unknown[] = Array.isArray(value) ? value : [];
  const corrections = listed.flatMap((one) => {
    const correction = typeof one === 'string' ? originCorrection(one) : undefined;
    return correction === undefined ? [] : [`write ${correction} for '${one}'`];
  });
  return corrections.length === 0 ? undefined : `a list of origins as browsers send them (${corrections.join(', ')})`;
}

const CHECKS: Readonly<Record<keyof HandlerOptions, Check>> = {
  ...RUNTIME_CHECKS,
  heartbeat: bool,
  compress: bool,
  validateUtf8: bool,
  deflateOptions: fields({
    serverNoContextTakeover: bool,
    clientNoContextTakeover: bool,
    serverMaxWindowBits: range(9, 15, ''),
    clientMaxWindowBits: range(9, 15, ''),
    level: range(0, 9, ''),
    memLevel: range(1, 9, ''),
    strategy: must("'default', 'filtered', 'huffman', 'rle' or 'fixed'", (v) =>
      ['default', 'filtered', 'huffman', 'rle', 'fixed'].includes(v as string),
    ),
    threshold: range(0, MAX_INTEGER, ' bytes'),
  }),
  subprotocols: must(
    'a list of different tokens (RFC 6455, section 4.1)',
    (v) => Array.isArray(v) && v.every((p) => typeof p === 'string' && HTTP_TOKEN.test(p)) && new Set(v).size === v.length,
  ),
  origins: (value) => ORIGINS(value) ?? originsFault(value),
  mailbox: fields({ limit: range(1, MAX_INTEGER, ' messages'), policy }),
  backpressure: fields({ limit: range(1, MAX_INTEGER, ' bytes'), policy }),
  rateLimit: (value) =>
    fields(RATE_CHECKS)(value) ??
    ((value as Partial<RateLimit>).messages === undefined ? `an object with messages, ${RATE_CHECKS.messages(0)}` : undefined),
  maxFragments: range(1, MAX_INTEGER, ''),
  maxSubscriptions: range(0, MAX_INTEGER, ''),
  maxTimers: range(0, MAX_INTEGER, ''),
  requestFilter: must('a function of the request', (v) => typeof v === 'function'),
};

/** Everything that is wrong with some options, a sentence each. */
export function optionFaults(options: unknown, checks: Readonly<Record<string, Check>> = CHECKS): string[] {
  if (options === undefined) return [];
  if (typeof options !== 'object' || options === null) return [`options must be an object, got ${describe(options)}`];
  const faults: string[] = [];
  for (const [key, value] of Object.entries(options)) {
    const check = checks[key];
    if (check === undefined) {
      faults.push(`unknown option ${key}; there are ${Object.keys(checks).join(', ')}`);
      continue;
    }
    const rule = value === undefined ? undefined : check(value);
    if (rule !== undefined) faults.push(`option ${key} must be ${rule}, got ${describe(value)}`);
  }
  return faults;
}

/** Everything that is wrong with what `setOptions` was given. */
export function runtimeOptionFaults(options: unknown): string[] {
  return options === undefined ? ['options must be an object, got undefined'] : optionFaults(options, RUNTIME_CHECKS);
}
