import type { RuntimeOptions } from './commands.js';
import { describe } from './errors.js';
import type { RequestInfo, UpgradeRequest } from './upgrade-request.js';

/** Parameters of permessage-deflate (RFC 7692, section 7.1) and of zlib. */
export interface DeflateOptions {
  /** Forget the window after each message that the server sends: less memory, worse compression. Default false. */
  readonly serverNoContextTakeover?: boolean;
  /** Ask the client to forget its window after each message. Default false. */
  readonly clientNoContextTakeover?: boolean;
  /** Size of the server's window as a power of two, 9 to 15. Default: what the client asks for, or 15. */
  readonly serverMaxWindowBits?: number;
  /** Size of the client's window as a power of two, 9 to 15; asked for where the client offers it. Default: what it offers, or 15. */
  readonly clientMaxWindowBits?: number;
  /** zlib's compression level, 0 (none) to 9 (best). Default: zlib's own, 6. */
  readonly level?: number;
  /** zlib's memory level, 1 to 9. Default 8. */
  readonly memLevel?: number;
  /** zlib's strategy. Default `default`. */
  readonly strategy?: 'default' | 'filtered' | 'huffman' | 'rle' | 'fixed';
  /** Bytes below which a message is sent uncompressed. Default 0. */
  readonly threshold?: number;
}

/** Which `Origin`s may connect: `same-origin`, `*` for all, origins, patterns of origins, or a function of both. */
export type Origins = 'same-origin' | '*' | readonly (string | RegExp)[] | ((origin: string, request: UpgradeRequest) => boolean);

/** Options of `@WebSocketHandler(path, options)`, and of `serve`'s `defaults` for all handlers. */
export interface HandlerOptions {
  /** Milliseconds without anything from the client until the connection ends; `Infinity` for never. Default 60,000. */
  readonly idleTimeout?: number;
  /** Ping the client after half the idle timeout in silence, so that a quiet, living client stays. Default true. */
  readonly heartbeat?: boolean;
  /** Bytes that one message may have, after reassembly and after inflation. Default 1,048,576. */
  readonly maxFrameSize?: number;
  /** Negotiate permessage-deflate (RFC 7692) with clients that offer it. Default false. */
  readonly compress?: boolean;
  /** How to compress. */
  readonly deflateOptions?: DeflateOptions;
  /** End connections whose text is not UTF-8 with 1007; without it bad bytes become U+FFFD. Default true. */
  readonly validateUtf8?: boolean;
  /** Sub-protocols, best first: the first that the client offers is chosen. Default none. */
  readonly subprotocols?: readonly string[];
  /** Which origins may connect; a request without an `Origin` header is no browser's, and passes. Default `same-origin`. */
  readonly origins?: Origins;
  /** Frames, and infos, that may wait for the handler. At the limit the socket is not read, or, for infos, the connection ends with 1013. Default 10,000. */
  readonly mailbox?: { readonly limit?: number };
  /** Bytes that may wait to be written; over it the connection's own frames are not handled until it drains. Default 1,048,576. */
  readonly backpressure?: { readonly limit?: number };
  /** What of the request `connection.request` keeps. Default: method, URL parts and peer. */
  readonly requestFilter?: (request: UpgradeRequest) => Partial<RequestInfo>;
}

/** @internal Handler options with nothing left open. */
export interface ConnectionOptions {
  readonly idleTimeout: number;
  readonly heartbeat: boolean;
  readonly maxFrameSize: number;
  readonly compress: boolean;
  readonly deflateOptions: DeflateOptions;
  readonly validateUtf8: boolean;
  readonly subprotocols: readonly string[];
  readonly origins: Origins;
  readonly mailboxLimit: number;
  readonly backpressureLimit: number;
  readonly requestFilter: ((request: UpgradeRequest) => Partial<RequestInfo>) | null;
}

/** The longest delay that a timer of Node can take, in milliseconds. */
const MAX_DELAY = 2_147_483_647;

/** A check answers what an option must be, or undefined if it is that. */
type Check = (value: unknown) => string | undefined;

const must =
  (rule: string, holds: (value: unknown) => boolean): Check =>
  (value) =>
    holds(value) ? undefined : rule;

const bool = must('true or false', (v) => typeof v === 'boolean');
const range = (from: number, to: number, unit: string): Check =>
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

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

const RUNTIME_CHECKS: Readonly<Record<keyof RuntimeOptions, Check>> = {
  idleTimeout: must(
    `a number of milliseconds from 1 to ${MAX_DELAY}, or Infinity`,
    (v) => typeof v === 'number' && v >= 1 && (v <= MAX_DELAY || v === Number.POSITIVE_INFINITY),
  ),
  maxFrameSize: range(1, 0x7fff_ffff, ' bytes'),
};

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
    threshold: range(0, 0x7fff_ffff, ' bytes'),
  }),
  subprotocols: must(
    'a list of different tokens (RFC 6455, section 4.1)',
    (v) => Array.isArray(v) && v.every((p) => typeof p === 'string' && TOKEN.test(p)) && new Set(v).size === v.length,
  ),
  origins: must(
    "'same-origin', '*', a list of origins and patterns, or a function",
    (v) =>
      v === 'same-origin' ||
      v === '*' ||
      typeof v === 'function' ||
      (Array.isArray(v) && v.every((o) => typeof o === 'string' || o instanceof RegExp)),
  ),
  mailbox: fields({ limit: range(1, 0x7fff_ffff, ' messages') }),
  backpressure: fields({ limit: range(1, 0x7fff_ffff, ' bytes') }),
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

/** A handler's own options over the server's defaults over ours. */
export function completeOptions(own: HandlerOptions, defaults: HandlerOptions): ConnectionOptions {
  return {
    idleTimeout: own.idleTimeout ?? defaults.idleTimeout ?? 60_000,
    heartbeat: own.heartbeat ?? defaults.heartbeat ?? true,
    maxFrameSize: own.maxFrameSize ?? defaults.maxFrameSize ?? 1_048_576,
    compress: own.compress ?? defaults.compress ?? false,
    deflateOptions: { ...defaults.deflateOptions, ...own.deflateOptions },
    validateUtf8: own.validateUtf8 ?? defaults.validateUtf8 ?? true,
    subprotocols: own.subprotocols ?? defaults.subprotocols ?? [],
    origins: own.origins ?? defaults.origins ?? 'same-origin',
    mailboxLimit: own.mailbox?.limit ?? defaults.mailbox?.limit ?? 10_000,
    backpressureLimit: own.backpressure?.limit ?? defaults.backpressure?.limit ?? 1_048_576,
    requestFilter: own.requestFilter ?? defaults.requestFilter ?? null,
  };
}
