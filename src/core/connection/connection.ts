import { checkRef } from '../bus.js';
import { type Awaitable, close, type Reply } from '../commands.js';
import { brand } from '../copies.js';
import type { Ref } from '../ref.js';
import { Timeout, type TimerRef } from '../timeout.js';
import type { RequestInfo } from '../upgrade-request.js';
import type { Resources } from './resources.js';

/** The process that a connection stands for. */
interface Process {
  readonly request: Readonly<Partial<RequestInfo>>;
  readonly subprotocol: string | undefined;
  readonly resources: Resources;
  send(reply: unknown): void;
}

/**
 * A connection as its handler sees it, Erlang's `self()`: injectable into the handler, and the second parameter of its callbacks.
 * Its `Params` are those of the path.
 */
export class Connection<Params extends object = Record<string, string>> {
  static {
    brand(Connection);
  }

  readonly #process: Process;

  /** What the path's parameters matched, decoded. */
  readonly params: Readonly<Params>;

  /** @internal Connections are made by the server. */
  constructor(process: Process, params: Readonly<Params>) {
    this.#process = process;
    this.params = params;
  }

  /** The address of this connection for `bus.send`: a string that can be stored, logged and sent to another node. */
  get ref(): Ref {
    return this.#process.resources.ref;
  }

  /** What `requestFilter` kept of the request; by default method, URL parts and peer. */
  get request(): Readonly<Partial<RequestInfo>> {
    return this.#process.request;
  }

  /** The sub-protocol that was chosen; `undefined` for none, and before the upgrade is complete. */
  get subprotocol(): string | undefined {
    return this.#process.subprotocol;
  }

  /**
   * Aborted when the client leaves or the connection ends, before `@OnTerminate`; give it to what a callback waits for. A callback that it
   * broke off, and that rejects with its reason, has not failed.
   */
  get signal(): AbortSignal {
    return this.#process.resources.signal;
  }

  /**
   * Sends what a callback could reply, from anywhere; nothing is sent once the connection is ending. Throws `VAQUERO_INVALID_REPLY` for
   * what is no reply, `VAQUERO_NOT_OPEN` before the upgrade is complete; a promise or generator in it that fails is a crash. Nothing paces it, so
   * a connection for which sixteen times its `backpressure.limit` waits ends with 1013; return a generator to send much.
   */
  send(reply: Awaitable<Reply>): void {
    this.#process.send(reply);
  }

  /** Ends the connection as the reply `close(code, reason)` does. Default code 1000. Throws `VAQUERO_INVALID_FRAME` and `VAQUERO_NOT_OPEN`. */
  close(code?: number, reason?: string): void {
    this.#process.send(close(code, reason));
  }

  /**
   * Delivers infos that are published to this topic, until `unsubscribe` or the end; resolves when they will arrive. Throws `VAQUERO_INVALID_TOPIC`, and
   * `VAQUERO_LIMIT_EXCEEDED` for more topics than `maxSubscriptions`; with a broker rejects with `VAQUERO_BUS_DENIED` and `VAQUERO_BUS_UNAVAILABLE`.
   */
  subscribe(topic: string): Promise<void> {
    return this.#process.resources.subscribe(topic);
  }

  /** Takes a subscription back. */
  unsubscribe(topic: string): void {
    this.#process.resources.unsubscribe(topic);
  }

  /**
   * Makes this connection present in a topic, with a meta that others see, until `untrack` or the end; the topic's subscribers get a `PresenceDiff`. Once more
   * replaces the meta. Resolves when it is written down where all nodes see it; while the broker is away at once, and if the broker does not take it when `onError` is told
   * so: then it is written down as soon as it can be. Throws `VAQUERO_INVALID_TOPIC`, `VAQUERO_LIMIT_EXCEEDED` for more topics than `maxSubscriptions`, and with a broker `VAQUERO_INFO_NOT_PORTABLE` and `VAQUERO_INFO_TOO_LARGE`.
   */
  track(topic: string, meta?: unknown): Promise<void> {
    return this.#process.resources.track(topic, meta);
  }

  /** Takes presence in a topic back. */
  untrack(topic: string): void {
    this.#process.resources.untrack(topic);
  }

  /**
   * Delivers `Timeout { ref, message }` as info in `ms` milliseconds, as Erlang's `start_timer/3`. Throws `VAQUERO_INVALID_TIMER`, and `VAQUERO_LIMIT_EXCEEDED` for more
   * timers than `maxTimers`.
   */
  startTimer(ms: number, message: unknown): TimerRef {
    return this.#process.resources.startTimer(ms, (ref) => new Timeout(ref, message));
  }

  /** Delivers the info itself in `ms` milliseconds, as Erlang's `send_after/3`. Throws `VAQUERO_INVALID_TIMER`, and `VAQUERO_LIMIT_EXCEEDED` for more timers than `maxTimers`. */
  sendAfter(ms: number, info: unknown): TimerRef {
    return this.#process.resources.startTimer(ms, () => info);
  }

  /** Stops a timer; the milliseconds that were left, or `false` if it has rung or never was. */
  cancelTimer(ref: TimerRef): number | false {
    return this.#process.resources.cancelTimer(ref);
  }

  /**
   * Delivers `Down { ref, reason }` as info when that connection ends, or its node does; at once if it is gone. As Erlang's `monitor/2`. Throws `VAQUERO_INVALID_REF`, and
   * `VAQUERO_LIMIT_EXCEEDED` for more monitors than `maxSubscriptions`.
   */
  monitor(ref: Ref): void {
    this.#process.resources.monitor(checkRef('monitor()', ref));
  }

  /** Takes a monitor back. */
  demonitor(ref: Ref): void {
    this.#process.resources.demonitor(ref);
  }
}
