import type { Broker, BrokerEvents } from '../../core/cluster/broker.js';
import { NOBODY } from '../nobody.js';
import { REGROUP_TIME, Seeker } from '../seeker.js';
import { WaitingRoom } from '../waiting-room.js';
import { type Address, nameOf } from './address.js';
import { Failures } from './failures.js';
import { Keys } from './keys.js';
import { RedisPresence } from './presence.js';
import { tryRights } from './rights.js';
import { Session, type SessionEvents } from './session.js';

/**
 * Redis cuts a subscriber for whom more than 32 MiB wait (`client-output-buffer-limit pubsub`): a few messages of this size
 * may.
 */
const MAX_PAYLOAD = 8_388_608;

/**
 * Milliseconds that Redis remembers that a session has ended: longer than it can stand still and find its sockets as they were.
 */
const FENCE_TTL = 3_600_000;

const CLOSED = 'its bus was closed';

/** What the bus of many nodes needs, by one Redis; its keys begin with the prefix. */
export class RedisBroker implements Broker {
  readonly name: string;
  readonly maxPayload = MAX_PAYLOAD;
  readonly regroupTime = REGROUP_TIME;
  readonly presence: RedisPresence;

  readonly #address: Address;
  readonly #keys: Keys;
  readonly #connectTimeout: number;
  readonly #failures: Failures;
  readonly #closing = new AbortController();
  readonly #subscriptions = new Set<string>();
  readonly #waitingRoom = new WaitingRoom();
  readonly #seeker = new Seeker();
  #events = NOBODY;
  /** The one that is connected, with everything subscribed to. */
  #session: Session | undefined;
  /** The last one that was made, connected or not. */
  #last: Session | undefined;
  /** The last one that was connected and ended. */
  #lost: Session | undefined;
  #closed: Promise<void> | undefined;

  constructor(address: Address, prefix: string, connectTimeout: number) {
    this.name = nameOf(address);
    this.#address = address;
    this.#keys = new Keys(prefix);
    this.#connectTimeout = connectTimeout;
    this.#failures = new Failures(address);
    this.presence = new RedisPresence((command, ...args) => this.#call(command, ...args), this.#keys);
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
    this.#connected().outbox.push(channel, message);
  }

  post(channel: string, message: Uint8Array, tag: string): void {
    this.#connected().outbox.push(channel, message, tag);
  }

  async subscribe(channel: string): Promise<void> {
    this.#subscriptions.add(channel);
    const session = this.#session;
    if (session === undefined) return this.#waitingRoom.enter();
    try {
      await session.subscribe([channel]);
    } catch (error) {
      if (session.over) return this.#waitingRoom.enter();
      this.#subscriptions.delete(channel);
      throw error;
    }
  }

  unsubscribe(channel: string): void {
    if (this.#subscriptions.delete(channel)) this.#session?.unsubscribe(channel);
  }

  async keepAlive(node: string, ttl: number): Promise<void> {
    await this.#call('SET', this.#keys.node(node), '', 'PX', String(ttl));
  }

  async alive(nodes: readonly string[]): Promise<ReadonlySet<string>> {
    if (nodes.length === 0) return new Set();
    const found = (await this.#call('MGET', ...nodes.map((node) => this.#keys.node(node)))) as (Buffer | null)[];
    return new Set(nodes.filter((_, i) => found[i] !== null));
  }

  async leave(node: string): Promise<void> {
    await this.#call('DEL', this.#keys.node(node));
  }

  #connected(): Session {
    if (this.#session === undefined) throw this.#failures.unavailable('there is no connection to it now');
    return this.#session;
  }

  async #call(command: string, ...args: (string | Buffer)[]): Promise<unknown> {
    return this.#connected().call(command, ...args);
  }

  /** Opens a session and puts it to work. */
  async #establish(): Promise<void> {
    const session = new Session(this.#address, this.#failures, this.#keys, this.#sessionEvents);
    this.#last = session;
    try {
      await this.#inTime(session, () => this.#begin(session));
      await this.#restore(session);
    } catch (error) {
      session.end(error);
      throw error;
    }
  }

  /** Ends the session unless something has been done with it when the time is over. */
  async #inTime(session: Session, act: () => Promise<void>): Promise<void> {
    const late = () => session.end(new Error(`there was no answer within ${this.#connectTimeout} ms`));
    const timer = setTimeout(late, this.#connectTimeout);
    await act().finally(() => clearTimeout(timer));
  }

  async #begin(session: Session): Promise<void> {
    await session.open();
    if (this.#lost !== undefined) await session.call('SET', this.#keys.ended(this.#lost.id), '', 'PX', String(FENCE_TTL));
    await tryRights(session, this.#keys);
  }

  /** Subscribes to everything, also to what comes and goes meanwhile, and takes the session when nothing is missing. */
  async #restore(session: Session): Promise<void> {
    const restored = new Set<string>();
    for (;;) {
      const missing = [...this.#subscriptions].filter((channel) => !restored.has(channel));
      if (missing.length === 0) return this.#take(session, restored);
      await session.subscribe(missing);
      for (const channel of missing) restored.add(channel);
    }
  }

  /** Nothing may come between the last look at what is missing and this: from here on, subscriptions go to the session. */
  #take(session: Session, restored: ReadonlySet<string>): void {
    session.throwIfOver();
    for (const channel of restored) if (!this.#subscriptions.has(channel)) session.unsubscribe(channel);
    this.#session = session;
    this.#seeker.found();
    this.#waitingRoom.open();
  }

  readonly #sessionEvents: SessionEvents = {
    message: (channel, message) => this.#events.message(channel, message),
    unheard: (tag) => this.#events.unheard(tag),
    ended: (session, failure, unacknowledged) => {
      if (session !== this.#session) return;
      this.#session = undefined;
      this.#lost = session;
      this.#events.down(failure);
      if (unacknowledged > 0) this.#events.lost(unacknowledged);
      void this.#seek();
    },
  };

  async #seek(): Promise<void> {
    if (await this.#seeker.seek(() => this.#establish(), this.#closing.signal)) this.#events.up();
  }

  async #close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    this.#events = NOBODY;
    this.#closing.abort();
    const closed = this.#failures.unavailable(CLOSED);
    this.#waitingRoom.close(closed);
    await session?.drain();
    this.#last?.end(closed);
    await this.#last?.closed;
  }
}
