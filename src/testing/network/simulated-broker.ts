import type { Clock } from '../../core/clock.js';
import type { Broker, BrokerEvents, PresenceRecord, PresenceStore } from '../../core/cluster/broker.js';
import { VaqueroError } from '../../core/errors.js';
import type { Exchange, Port } from './exchange.js';
import { Wire } from './wire.js';

/** Somebody who waits for the exchange to answer. */
interface Waiting {
  fail(error: Error): void;
}

/** A node's connection to the exchange of a simulated network. */
export class SimulatedBroker implements Broker, Port {
  readonly name = 'the simulated broker';
  readonly maxPayload = 1_048_576;
  readonly presence: PresenceStore;

  readonly #there: Wire;
  readonly #back: Wire;
  readonly #channels = new Set<string>();
  readonly #waiting = new Set<Waiting>();
  /** Acknowledgements that are owed since the connection was cut. */
  readonly #owed = new Map<string, (() => void)[]>();
  #events: BrokerEvents | null = null;
  #published = 0;
  #cut = false;
  #killed = false;
  /** Told `down`, and not yet `up`. */
  #down = false;

  constructor(
    private readonly exchange: Exchange,
    private readonly clock: Clock,
    delay: () => number,
    readonly regroupTime = 0,
  ) {
    this.#there = new Wire(clock, delay);
    this.#back = new Wire(clock, delay);
    this.presence = {
      put: (record) => this.#ask(() => exchange.put(record)),
      remove: (record) => this.#ask(() => exchange.remove(record)),
      list: (topic) => this.#ask(() => exchange.records((record: PresenceRecord) => record.topic === topic)),
      nodes: () => this.#ask(() => [...new Set(exchange.records(() => true).map((record) => record.node))]),
      ofNode: (node) => this.#ask(() => exchange.records((record) => record.node === node)),
    };
  }

  connect(events: BrokerEvents): Promise<void> {
    this.#events = events;
    return this.#ask(() => undefined);
  }

  async close(): Promise<void> {
    this.#events = null;
    // What was published arrives first; where the connection is cut there is nothing to wait for.
    await this.#ask(() => undefined).catch(() => undefined);
    this.kill();
  }

  publish(channel: string, message: Uint8Array): void {
    this.#send(channel, message, () => undefined);
  }

  post(channel: string, message: Uint8Array, tag: string): void {
    this.#send(channel, message, () => this.#back.send(() => this.#events?.unheard(tag)));
  }

  #send(channel: string, message: Uint8Array, nobody: () => void): void {
    if (this.#cut) return void this.#published++;
    this.#published++;
    this.#there.send(() => {
      this.#published--;
      if (this.exchange.publish(this, channel, message) === 0) nobody();
    });
  }

  subscribe(channel: string): Promise<void> {
    this.#channels.add(channel);
    if (!this.#cut) return this.#ask(() => this.exchange.subscribe(this, channel)).catch(() => this.#owe(channel));
    return this.#owe(channel);
  }

  unsubscribe(channel: string): void {
    this.#channels.delete(channel);
    for (const acknowledge of this.#owed.get(channel) ?? []) acknowledge();
    this.#owed.delete(channel);
    if (!this.#cut) this.#there.send(() => this.exchange.unsubscribe(this, channel));
  }

  keepAlive(node: string, ttl: number): Promise<void> {
    return this.#ask(() => this.exchange.keepAlive(node, ttl));
  }

  alive(nodes: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#ask(() => this.exchange.alive(nodes));
  }

  leave(node: string): Promise<void> {
    return this.#ask(() => this.exchange.leave(node));
  }

  dispatch(channel: string, message: Uint8Array): void {
    this.#back.send(() => this.#events?.message(channel, message));
  }

  // --- What the network does to it ---

  /** The connection is lost, and what is on its way with it. */
  cut(): void {
    if (this.#cut) return;
    this.#cut = true;
    this.exchange.forget(this);
    this.#there.cut();
    this.#back.cut();
    const error = new VaqueroError('VAQUERO_BUS_UNAVAILABLE', 'The simulated network is cut here.');
    for (const waiting of this.#waiting) waiting.fail(error);
    this.#waiting.clear();
    this.clock.setTimeout(() => this.#tellDown(error), 1);
  }

  /** The node is gone for good. */
  kill(): void {
    this.#killed = true;
    this.cut();
  }

  heal(): void {
    if (!this.#cut || this.#killed) return;
    this.#cut = false;
    const channels = [...this.#channels];
    this.#ask(() => {
      for (const channel of channels) this.exchange.subscribe(this, channel);
    }).then(
      () => this.#tellUp(),
      // Cut again before it was back.
      () => undefined,
    );
  }

  #tellDown(error: Error): void {
    this.#events?.lost(this.#published);
    this.#published = 0;
    if (this.#down) return;
    this.#down = true;
    this.#events?.down(error);
  }

  #tellUp(): void {
    for (const acknowledges of this.#owed.values()) for (const acknowledge of acknowledges) acknowledge();
    this.#owed.clear();
    if (!this.#down) return;
    this.#down = false;
    this.#events?.up();
  }

  #owe(channel: string): Promise<void> {
    return new Promise((resolve) => this.#owed.set(channel, [...(this.#owed.get(channel) ?? []), resolve]));
  }

  /** There and back. */
  #ask<Answer>(question: () => Answer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { fail: reject };
      if (this.#cut) return reject(new VaqueroError('VAQUERO_BUS_UNAVAILABLE', 'The simulated network is cut here.'));
      this.#waiting.add(waiting);
      this.#there.send(() => {
        const answer = question();
        this.#back.send(() => {
          this.#waiting.delete(waiting);
          resolve(answer);
        });
      });
    });
  }
}
