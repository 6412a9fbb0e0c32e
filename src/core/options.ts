import type { OverflowPolicy } from './policy.js';
import type { RateLimit } from './token-bucket.js';
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

/** Which `Origin`s may connect: `same-origin`, `*` for all, a list of origins (as `https://example.com`) and patterns of them, or a function of origin and request. */
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
  /**
   * What may wait for the handler: `limit` frames, and `limit` infos. At the limit the socket is not read; for infos `policy` says what is
   * done. Default 10,000 and `close`.
   */
  readonly mailbox?: { readonly limit?: number; readonly policy?: OverflowPolicy };
  /**
   * Bytes that may wait to be written, at least what Node buffers of a socket (16 KiB, or 64 KiB from Node 22 on). Over `limit` nothing of the connection is handled until
   * it drains; for infos and published frames that come meanwhile `policy` says what is done. Default 1,048,576 and `close`.
   */
  readonly backpressure?: { readonly limit?: number; readonly policy?: OverflowPolicy };
  /** How many messages the client may send. Default: as many as the handler can take. */
  readonly rateLimit?: RateLimit;
  /** Fragments that a message may come in. Default 16,384. */
  readonly maxFragments?: number;
  /** Topics that a connection may be subscribed to, as many that it may be present in, and as many others that it may monitor or wait to be told the end of. Default 1,000. */
  readonly maxSubscriptions?: number;
  /** Timers of a connection that may run, or have rung and wait to be handled. Default 1,000. */
  readonly maxTimers?: number;
  /** What of the request `connection.request` keeps, as an object; without one the request is answered 500, with `VAQUERO_INVALID_OPTION`. Default: method, URL parts and peer. */
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
  readonly mailboxPolicy: OverflowPolicy;
  readonly backpressureLimit: number;
  readonly backpressurePolicy: OverflowPolicy;
  readonly rateLimit: RateLimit | null;
  readonly maxFragments: number;
  readonly maxSubscriptions: number;
  readonly maxTimers: number;
  readonly requestFilter: ((request: UpgradeRequest) => Partial<RequestInfo>) | null;
}

/** @internal A handler's own options over the server's defaults over ours. */
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
    mailboxPolicy: own.mailbox?.policy ?? defaults.mailbox?.policy ?? 'close',
    backpressureLimit: own.backpressure?.limit ?? defaults.backpressure?.limit ?? 1_048_576,
    backpressurePolicy: own.backpressure?.policy ?? defaults.backpressure?.policy ?? 'close',
    rateLimit: own.rateLimit ?? defaults.rateLimit ?? null,
    maxFragments: own.maxFragments ?? defaults.maxFragments ?? 16_384,
    maxSubscriptions: own.maxSubscriptions ?? defaults.maxSubscriptions ?? 1_000,
    maxTimers: own.maxTimers ?? defaults.maxTimers ?? 1_000,
    requestFilter: own.requestFilter ?? defaults.requestFilter ?? null,
  };
}
