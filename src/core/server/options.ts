import type { DependencyContainer } from 'tsyringe';
import type { Bus } from '../bus.js';
import type { Clock } from '../clock.js';
import type { Counters } from '../counters.js';
import type { ErrorContext, Logger } from '../logging.js';
import type { HandlerOptions } from '../options.js';
import type { HandlerClass } from '../plan.js';

/** What `attach` takes. */
export interface AttachOptions {
  /** Classes with `@WebSocketHandler`: a list, or `await discover('dir')`. */
  readonly handlers: readonly HandlerClass[];
  /** Where handlers' dependencies come from. Default: tsyringe's global `container`. */
  readonly container?: DependencyContainer;
  /** What brings infos to connections. Default: the container's `Bus`, or a new one of this process, which is registered there. */
  readonly bus?: Bus;
  /** Options for all handlers; what a handler says itself goes first. */
  readonly defaults?: HandlerOptions;
  /** Where errors and, at debug level, ignored messages are logged; pino fits. Default: `console`, for warnings and errors. */
  readonly logger?: Logger;
  /** Told of every error that a callback, a clean-up or the server itself has. Default: logs it. */
  readonly onError?: (error: Error, context: ErrorContext) => void;
  /** Connections that there may be; more are answered 503 with `Retry-After`. Default 100,000. */
  readonly maxConnections?: number;
  /** Connections that one address may have; more are answered 503 with `Retry-After`. Default `Infinity`, for many share an address. */
  readonly maxConnectionsPerAddress?: number;
  /** Requests that `@OnUpgrade` may be thinking about; more are answered 503 with `Retry-After`. Default 1,000. */
  readonly maxPendingUpgrades?: number;
  /** Milliseconds that a handshake may take, `@OnUpgrade` included; then it is answered 503. Default 10,000. */
  readonly handshakeTimeout?: number;
  /**
   * How many proxies in front may say, in `X-Forwarded-For`, `-Host` and `-Proto`, where a request came from and what it was sent to: `true`
   * for one. Only entries that they added are believed. Default `false`.
   */
  readonly trustProxy?: boolean | number;
  /** @internal Where time comes from. */
  readonly clock?: Clock;
}

/** What `serve` takes. */
export interface ServeOptions extends AttachOptions {
  /** The port to listen on; 0 for a free one. Default 0. */
  readonly port?: number;
  /** The address to listen on. Default: all of them, as Node does. */
  readonly host?: string;
  /** Bytes that a request's headers may have; more are answered 431. Default 16,384. */
  readonly maxHeaderSize?: number;
}

/** What `close` takes. */
export interface CloseOptions {
  /** Milliseconds, after the last was told to end, until connections that have not ended are cut; `Infinity` for never. Default 5,000. */
  readonly timeout?: number;
  /** Milliseconds over which connections are told to end, in batches, so that they do not all reconnect at once. Default 0: at once. */
  readonly spread?: number;
}

/** A running server. */
export interface Server {
  /** Where it listens: `ws://localhost:8080`, or `wss://…`. */
  readonly url: string;
  /** The bus that its handlers and services use. */
  readonly bus: Bus;
  /** How many connections there are, those that are being upgraded or are ending included. */
  readonly connections: number;
  /** What it did and did not do, counted since it was started. */
  readonly counters: Readonly<Counters>;
  /**
   * Takes no new connections, closes the open ones with 1012, waits until every `@OnTerminate` has run, and cuts what has not ended when
   * the time is over. A second call joins the first. Rejects with `VAQUERO_INVALID_OPTION`, and with what the bus fails to close with.
   */
  close(options?: CloseOptions): Promise<void>;
}
