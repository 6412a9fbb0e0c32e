import { randomBytes } from 'node:crypto';
import { AT_ONCE } from './at-once.js';
import { type BusOptions, checkBusOptions } from './bus-options.js';
import { type Clock, systemClock } from './clock.js';
import { brand } from './copies.js';
import { describe, VaqueroError } from './errors.js';
import type { ErrorContext } from './logging.js';
import { Presence } from './presence.js';
import type { Ref } from './ref.js';
import { Pending, Request, type RequestOptions } from './request.js';
import { Down } from './timeout.js';
import { Timers } from './timers.js';
import { checkTopic } from './topic.js';

/** One that infos can be delivered to. */
export interface Subscriber {
  /** Takes an info into the mailbox; never runs the receiver. */
  deliver(info: unknown): void;
  /** Takes a request into the mailbox, or fails it; never runs the receiver. */
  ask(request: Request): void;
}

/** One that is told when a connection has ended. */
export interface Watcher {
  deliver(down: Down): void;
}

/** Who uses a bus, and is told what goes wrong with it. */
export interface BusHost {
  /** Never throws. */
  report(error: Error, context: ErrorContext): void;
}

/**
 * Where a bus stands: `idle` before it is connected, `connecting`, `connected`, `reconnecting` while its broker is away, `closed`. That of one process is always
 * `connected`.
 */
export type BusStatus = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'closed';

/** What happened to messages, counted since the bus was made. All but the first two are of buses with a broker. */
export interface BusCounters {
  /** Infos delivered to mailboxes or sockets of this node. */
  delivered: number;
  /** Infos sent to a ref that is no more. */
  undeliverable: number;
  /** Messages given to the broker. */
  published: number;
  /** Messages that came from other nodes. */
  received: number;
  /** Messages that came and are none of ours, of a newer version, or of a class that is not known here. */
  refused: number;
  /** Messages for other nodes that were dropped because the broker was away. */
  dropped: number;
  /** Messages that were on their way when the connection to the broker was lost: they may have arrived or not. */
  lost: number;
}

/**
 * Brings infos to connections: to one by its ref, or to a topic's subscribers. `new Bus()` is the bus of one process; the buses of
 * brokers extend it. Inject it into services: they need to know nothing of sockets.
 */
export class Bus {
  static {
    brand(Bus);
  }

  /** @internal */
  protected readonly counts: BusCounters = {
    delivered: 0,
    undeliverable: 0,
    published: 0,
    received: 0,
    refused: 0,
    dropped: 0,
    lost: 0,
  };
  /** @internal What the refs of this node begin with. */
  protected readonly node = randomBytes(6).toString('base64url');
  /** @internal */
  protected readonly clock: Clock;
  /** @internal Of requests, and whatever else a bus waits for. */
  protected readonly timers: Timers;

  readonly #topics = new Map<string, Set<Subscriber>>();
  readonly #refs = new Map<string, Subscriber>();
  readonly #watchers = new Map<string, Set<Watcher>>();
  readonly #maxRequests: number;
  #lastRef = 0;
  #requests = 0;
  #presence: Presence | null = null;

  /** Throws `VAQUERO_INVALID_OPTION`. */
  constructor(options: BusOptions = {}) {
    checkBusOptions('Bus', options);
    this.#maxRequests = options.maxRequests ?? 10_000;
    this.clock = options.clock ?? systemClock;
    this.timers = new Timers(this.clock);
  }

  /** What happened to messages, counted since the bus was made. */
  get counters(): Readonly<BusCounters> {
    return this.counts;
  }

  /** Who is present in topics. */
  get presence(): Presence {
    this.#presence ??= new Presence(this);
    return this.#presence;
  }

  /** Where the bus stands. */
  get status(): BusStatus {
    return 'connected';
  }

  /**
   * Connects to the broker, if there is one: `serve` and `attach` do it by themselves, a process without a server calls this. Rejects with `VAQUERO_BUS_UNAVAILABLE`,
   * `VAQUERO_BUS_DENIED`, `VAQUERO_BUS_UNSUPPORTED` or `VAQUERO_BUS_CLOSED`.
   */
  connect(): Promise<void> {
    return AT_ONCE;
  }

  /** Sends what waits and lets go of the broker, if there is one. The last server that uses a bus closes it, unless `connect` was called. */
  close(): Promise<void> {
    return AT_ONCE;
  }

  /**
   * Sends an info to one connection; it runs there when the current callback has returned. A ref of a connection that has ended is
   * a counted no-op. Throws `VAQUERO_INVALID_REF` unless given a ref; with a broker as `publish` does.
   */
  send(ref: Ref, info: unknown): void {
    const subscriber = this.#refs.get(checkRef('bus.send()', ref));
    if (subscriber === undefined) {
      this.counts.undeliverable++;
      return;
    }
    this.counts.delivered++;
    subscriber.deliver(info);
  }

  /**
   * Publishes an info, or a frame such as `text('x')`, to all connections that are subscribed to a topic; they run when the current
   * callback has returned. Throws `VAQUERO_INVALID_TOPIC` unless the topic is a non-empty string; with a broker `VAQUERO_INFO_NOT_PORTABLE` or
   * `VAQUERO_INFO_TOO_LARGE` for what cannot travel. On a bus that is closed, what is for other nodes is dropped, and `onError` told `VAQUERO_BUS_CLOSED` once.
   */
  publish(topic: string, info: unknown): void {
    const subscribers = this.#topics.get(checkTopic(topic));
    if (subscribers === undefined) return;
    this.counts.delivered += subscribers.size;
    for (const subscriber of subscribers) subscriber.deliver(info);
  }

  /**
   * Sends an info to one connection, and resolves to what the `@OnInfo` that takes it answers with `answer(value)`. Rejects with `VAQUERO_NO_CONNECTION`,
   * `VAQUERO_REQUEST_TIMEOUT`, `VAQUERO_REQUEST_CRASHED`, `VAQUERO_REQUEST_UNANSWERED`, `VAQUERO_REQUEST_REFUSED` for a full mailbox, `VAQUERO_LIMIT_EXCEEDED` for more than
   * `maxRequests`, `VAQUERO_INVALID_REF`, and `VAQUERO_INVALID_OPTION`; with a broker also as `publish` throws, with `VAQUERO_BUS_UNAVAILABLE` where it is away and nothing
   * waits for it, with `VAQUERO_MESSAGE_REFUSED` where the info or its answer cannot be understood on the other node, and with `VAQUERO_BUS_CLOSED`. Two connections that ask
   * each other at once wait for each other until the time is over.
   */
  async request<Answer = unknown>(ref: Ref, info: unknown, options: RequestOptions = {}): Promise<Answer> {
    const pending = this.pend(checkRef('bus.request()', ref), options);
    this.askHere(ref, new Request(info, pending));
    return pending.promise as Promise<Answer>;
  }

  /** @internal Makes the promise of an answer, if one more may wait. */
  protected pend(ref: Ref, { timeout }: RequestOptions, onSettled: () => void = ignore): Pending {
    if (this.#requests >= this.#maxRequests) {
      throw new VaqueroError(
        'VAQUERO_LIMIT_EXCEEDED',
        `${this.#maxRequests} requests wait for their answers already. Wait for some of them, or raise the bus's option maxRequests.`,
      );
    }
    const pending = new Pending(ref, this.timers, timeout, () => {
      this.#requests--;
      onSettled();
    });
    this.#requests++;
    return pending;
  }

  /** @internal Gives a request to a connection of this node. */
  protected askHere(ref: Ref, request: Request): void {
    const subscriber = this.#refs.get(ref);
    if (subscriber === undefined) request.fail('gone');
    else subscriber.ask(request);
  }

  /** @internal Begins to use the bus, for as long as `leave` is not called; resolves when it is connected. */
  join(_host: BusHost): Promise<void> {
    return AT_ONCE;
  }

  /** @internal Resolves, when it was the last to use the bus, once the bus is closed. */
  leave(_host: BusHost): Promise<void> {
    return AT_ONCE;
  }

  /** @internal Resolves when infos of the topic will arrive: at once here, when the broker has acknowledged it elsewhere. */
  subscribe(topic: string, subscriber: Subscriber): Promise<void> {
    const subscribers = this.#topics.get(checkTopic(topic));
    if (subscribers === undefined) this.#topics.set(topic, new Set([subscriber]));
    else subscribers.add(subscriber);
    return AT_ONCE;
  }

  /** @internal A topic that nobody is subscribed to takes no room. */
  unsubscribe(topic: string, subscriber: Subscriber): void {
    const subscribers = this.#topics.get(topic);
    if (subscribers?.delete(subscriber) && subscribers.size === 0) this.#topics.delete(topic);
  }

  /** @internal Whether anybody of this node is subscribed to a topic. */
  protected wanted(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** @internal Gives an address; only connections whose address somebody asked for have one. */
  register(subscriber: Subscriber): Ref {
    const ref = `${this.node}.${(++this.#lastRef).toString(36)}` as Ref;
    this.#refs.set(ref, subscriber);
    return ref;
  }

  /** @internal Takes an address back; who monitored it is told why it ended. */
  unregister(ref: Ref, reason: unknown): void {
    this.#refs.delete(ref);
    const watchers = this.#watchers.get(ref);
    this.#watchers.delete(ref);
    for (const watcher of watchers ?? []) watcher.deliver(new Down(ref, reason));
  }

  /** @internal Tells a subscriber, once, when the connection with this ref ends: at once if it is gone. */
  monitor(ref: Ref, watcher: Watcher): void {
    if (!this.#refs.has(ref)) return watcher.deliver(new Down(ref, 'gone'));
    this.watch(ref, watcher);
  }

  /** @internal */
  demonitor(ref: Ref, watcher: Watcher): void {
    const watchers = this.#watchers.get(ref);
    if (watchers?.delete(watcher) && watchers.size === 0) this.#watchers.delete(ref);
  }

  /** @internal Keeps a watcher, be the connection here or elsewhere, until `unregister`. */
  protected watch(ref: Ref, watcher: Watcher): void {
    const watchers = this.#watchers.get(ref);
    if (watchers === undefined) this.#watchers.set(ref, new Set([watcher]));
    else watchers.add(watcher);
  }

  /** @internal Whether anybody of this node monitors a connection. */
  protected watches(ref: Ref): boolean {
    return this.#watchers.has(ref);
  }
}

function ignore(): void {}

/** Answers a ref that can be one. */
export function checkRef(caller: string, ref: Ref): Ref {
  if (typeof ref === 'string' && (ref as string) !== '') return ref;
  throw new VaqueroError('VAQUERO_INVALID_REF', `${caller} takes a ref, as connection.ref gives it, got ${describe(ref)}.`);
}
