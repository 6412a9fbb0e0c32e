import { setTimeout as pause } from 'node:timers/promises';
import type { Broker, BrokerEvents } from '../../core/cluster/broker.js';
import { VaqueroError } from '../../core/errors.js';
import { Dialer, type DialOptions } from './dialer.js';
import { LifeTable } from './life-table.js';
import { PresenceTable } from './presence-table.js';
import { addressOf } from './server.js';
import type { Session } from './session.js';
import type { Streams } from './streams.js';

/** Milliseconds before the first attempt to connect again; each further pause is twice as long, up to the last. */
const FIRST_PAUSE = 50;
const LAST_PAUSE = 1_000;

/** Milliseconds that connecting takes a busy node, subscriptions included. */
const CONNECTING = 500;

const CLOSED = 'its bus was closed';

/** Told to nobody: before `connect` and after `close`. */
const NOBODY: BrokerEvents = {
  message: () => undefined,
  unheard: () => undefined,
  down: () => undefined,
  up: () => undefined,
  lost: () => undefined,
  failed: () => undefined,
};

/** A subscription that was made while there was no connection. */
interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** NATS as a broker: channels are subjects; who lives and who is present is written down in JetStream. */
export class NatsBroker implements Broker {
  readonly name: string;
  readonly regroupTime = LAST_PAUSE + CONNECTING;
  readonly presence: PresenceTable;

  readonly #life: LifeTable;
  readonly #dialer: Dialer;
  readonly #closing = new AbortController();
  /** What is to be subscribed to, whatever becomes of connections. */
  readonly #channels = new Set<string>();
  #waiting: Waiting[] = [];
  #events = NOBODY;
  #session: Session | undefined;
  /** The last that was lost, until another has taken its place. */
  #lostLast: Session | undefined;
  /** When the session was opened. */
  #since = 0;
  #pause = FIRST_PAUSE;
  #maxPayload = 0;
  #closed: Promise<void> | undefined;

  constructor(options: DialOptions) {
    this.name = `NATS at ${options.servers.map(addressOf).join(', ')}`;
    const ask = <Answer>(request: (streams: Streams) => Promise<Answer>) => this.#ask(request);
    this.presence = new PresenceTable(options.prefix, ask);
    this.#life = new LifeTable(options.prefix, ask);
    this.#dialer = new Dialer(
      options,
      {
        message: (channel, message) => this.#events.message(channel, message),
        unheard: (tag) => this.#events.unheard(tag),
        denied: (error) => this.#denied(error),
      },
      (streams) => this.presence.tryOut(streams),
    );
  }

  get maxPayload(): number {
    return this.#maxPayload;
  }

  async connect(events: BrokerEvents): Promise<void> {
    this.#events = events;
    await this.#establish();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  publish(channel: string, message: Uint8Array): void {
    this.#connected().publish(channel, message);
  }

  post(channel: string, message: Uint8Array, tag: string): void {
    this.#connected().post(channel, message, tag);
  }

  async subscribe(channel: string): Promise<void> {
    this.#channels.add(channel);
    this.#session?.subscribe(channel);
    if (!(await this.#session?.acknowledged())) await this.#restored();
    const refusal = this.#session?.refused.get(channel);
    if (refusal === undefined) return;
    this.#channels.delete(channel);
    throw this.#dialer.failure(this.name, refusal);
  }

  unsubscribe(channel: string): void {
    this.#channels.delete(channel);
    this.#session?.unsubscribe(channel);
  }

  keepAlive(node: string, ttl: number): Promise<void> {
    return this.#life.keepAlive(node, ttl);
  }

  alive(nodes: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#life.alive(nodes);
  }

  leave(node: string): Promise<void> {
    return this.#life.leave(node);
  }

  #connected(): Session {
    if (this.#session === undefined) throw this.#unavailable('there is no connection to it now');
    return this.#session;
  }

  async #ask<Answer>(request: (streams: Streams) => Promise<Answer>): Promise<Answer> {
    const { streams } = this.#connected();
    try {
      return await request(streams);
    } catch (error) {
      throw this.#dialer.failure(this.name, error);
    }
  }

  /** Resolves when there is a connection with everything subscribed to. */
  #restored(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closing.signal.aborted) reject(this.#unavailable(CLOSED));
      else this.#waiting.push({ resolve, reject });
    });
  }

  /** Connects to one of the servers, and subscribes to everything; what is subscribed to or left meanwhile goes to the same connection. */
  async #establish(): Promise<void> {
    const session = await this.#dialer.dial(this.#closing.signal, this.#lostLast);
    this.#session = session;
    for (const channel of this.#channels) session.subscribe(channel);
    if (!(await session.acknowledged())) {
      this.#session = undefined;
      throw this.#dialer.failure(this.name, await session.ended);
    }
    if (this.#closing.signal.aborted) throw this.#unavailable(CLOSED);
    for (const error of session.refused.values()) this.#denied(error);
    this.#maxPayload = session.maxPayload;
    this.#lostLast = undefined;
    this.#since = performance.now();
    for (const { resolve } of this.#waiting.splice(0)) resolve();
    session.ended.then((reason) => this.#lost(session, reason));
  }

  /** While a session is opened, the opening fails with it. */
  #denied(error: Error): void {
    if (this.#session !== undefined) this.#events.failed(this.#dialer.failure(this.name, error));
  }

  #lost(session: Session, reason: Error): void {
    this.#session = undefined;
    if (this.#closing.signal.aborted) return;
    this.#lostLast = session;
    if (performance.now() - this.#since > LAST_PAUSE) this.#pause = FIRST_PAUSE;
    if (session.outstanding > 0) this.#events.lost(session.outstanding);
    this.#events.down(this.#dialer.failure(this.name, reason));
    void this.#seek();
  }

  /** Tries to connect until it succeeds or the bus is closed. That the server is away was told; that it still is would be told without end. */
  async #seek(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        // Nodes that lost it together do not come back together.
        await pause(this.#pause * (0.5 + Math.random() / 2), undefined, { signal });
        this.#pause = Math.min(2 * this.#pause, LAST_PAUSE);
        await this.#establish();
        return this.#events.up();
      } catch {}
    }
  }

  async #close(): Promise<void> {
    this.#events = NOBODY;
    this.#closing.abort();
    for (const { reject } of this.#waiting.splice(0)) reject(this.#unavailable(CLOSED));
    await this.#session?.close();
  }

  #unavailable(why: string): VaqueroError {
    return new VaqueroError('VAQUERO_BUS_UNAVAILABLE', `${this.name} is not available: ${why}.`);
  }
}
