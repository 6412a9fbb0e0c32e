import { randomBytes } from 'node:crypto';
import { describe, VaqueroError } from './errors.js';
import type { Ref } from './ref.js';
import { Down } from './timeout.js';

/** One that infos can be delivered to. */
export interface Subscriber {
  /** Takes an info into the mailbox; never runs the receiver. */
  deliver(info: unknown): void;
}

/** One that is told when a connection has ended. */
export interface Watcher {
  deliver(down: Down): void;
}

/** What happened to messages, counted since the bus was made. */
export interface BusCounters {
  /** Infos delivered to mailboxes or sockets. */
  delivered: number;
  /** Infos sent to a ref that is no more. */
  undeliverable: number;
}

/**
 * Brings infos to connections: to one by its ref, or to a topic's subscribers. `new Bus()` is the bus of one process; the buses of
 * brokers extend it. Inject it into services: they need to know nothing of sockets.
 */
export class Bus {
  /** What happened to messages, counted since the bus was made. */
  readonly counters: BusCounters = { delivered: 0, undeliverable: 0 };

  readonly #node = randomBytes(6).toString('base64url');
  readonly #topics = new Map<string, Set<Subscriber>>();
  readonly #refs = new Map<string, Subscriber>();
  readonly #watchers = new Map<string, Set<Watcher>>();
  #lastRef = 0;

  /**
   * Sends an info to one connection; it runs there when the current callback has returned. A ref of a connection that has ended is
   * a counted no-op. Throws `VAQUERO_INVALID_REF` unless given a ref.
   */
  send(ref: Ref, info: unknown): void {
    if (typeof ref !== 'string' || ref === '') {
      throw new VaqueroError('VAQUERO_INVALID_REF', `bus.send() takes a ref, as connection.ref gives it, got ${describe(ref)}.`);
    }
    const subscriber = this.#refs.get(ref);
    if (subscriber === undefined) {
      this.counters.undeliverable++;
      return;
    }
    this.counters.delivered++;
    subscriber.deliver(info);
  }

  /**
   * Publishes an info, or a frame such as `text('x')`, to all connections that are subscribed to a topic; they run when the current
   * callback has returned. Throws `VAQUERO_INVALID_TOPIC` unless the topic is a non-empty string.
   */
  publish(topic: string, info: unknown): void {
    const subscribers = this.#topics.get(checkTopic(topic));
    if (subscribers === undefined) return;
    this.counters.delivered += subscribers.size;
    for (const subscriber of subscribers) subscriber.deliver(info);
  }

  /** @internal Resolves when infos of the topic will arrive: at once here, when the broker has acknowledged it elsewhere. */
  subscribe(topic: string, subscriber: Subscriber): Promise<void> {
    const subscribers = this.#topics.get(checkTopic(topic));
    if (subscribers === undefined) this.#topics.set(topic, new Set([subscriber]));
    else subscribers.add(subscriber);
    return SUBSCRIBED;
  }

  /** @internal A topic that nobody is subscribed to takes no room. */
  unsubscribe(topic: string, subscriber: Subscriber): void {
    const subscribers = this.#topics.get(topic);
    if (subscribers?.delete(subscriber) && subscribers.size === 0) this.#topics.delete(topic);
  }

  /** @internal Gives an address; only connections whose address somebody asked for have one. */
  register(subscriber: Subscriber): Ref {
    const ref = `${this.#node}.${(++this.#lastRef).toString(36)}` as Ref;
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
    const watchers = this.#watchers.get(ref);
    if (watchers === undefined) this.#watchers.set(ref, new Set([watcher]));
    else watchers.add(watcher);
  }

  /** @internal */
  demonitor(ref: Ref, watcher: Watcher): void {
    const watchers = this.#watchers.get(ref);
    if (watchers?.delete(watcher) && watchers.size === 0) this.#watchers.delete(ref);
  }
}

const SUBSCRIBED = Promise.resolve();

function checkTopic(topic: string): string {
  if (typeof topic !== 'string' || topic === '') {
    throw new VaqueroError('VAQUERO_INVALID_TOPIC', `A topic is a non-empty string, got ${describe(topic)}.`);
  }
  return topic;
}
