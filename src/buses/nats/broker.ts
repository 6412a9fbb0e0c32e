import type { Broker, BrokerEvents } from '../../core/cluster/broker.js';
import { VaqueroError } from '../../core/errors.js';
import { NOBODY } from '../nobody.js';
import { REGROUP_TIME, Seeker } from '../seeker.js';
import { WaitingRoom } from '../waiting-room.js';
import { Dialer, type DialOptions } from './dialer.js';
import { LifeTable } from './life-table.js';
import { PresenceTable } from './presence-table.js';
import { addressOf } from './server.js';
import type { Session } from './session.js';
import type { Streams } from './streams.js';

const CLOSED = 'its bus was closed';

/** NATS as a broker: channels are subjects; who lives and who is present is written down in JetStream. */
export class NatsBroker implements Broker {
  readonly name: string;
  readonly regroupTime = REGROUP_TIME;
  readonly presence: PresenceTable;

  readonly #life: LifeTable;
  readonly #dialer: Dialer;
  readonly #closing = new AbortController();
  /** What is to be subscribed to, whatever becomes of connections. */
  readonly #channels = new Set<string>();
  readonly #waitingRoom = new WaitingRoom();
  readonly #seeker = new Seeker();
  #events = NOBODY;
  #session: Session | undefined;
  /** The last that was lost, until another has taken its place. */
  #lostLast: Session | undefined;
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
    if (!(await this.#session?.acknowledged())) await this.#waitingRoom.enter();
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

  /** Connects to one of the servers, and subscribes to everything; what is subscribed to or left meanwhile goes to the same connection. */
  async #establish(): Promise<void> {
    const session = await this.#dialer.dial(this.#closing.signal, this.#lostLast);
    if (this.#closing.signal.aborted) {
      // Closed just when there was a session, of which `close` did not know.
      await session.close();
      throw this.#unavailable(CLOSED);
    }
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
    this.#seeker.found();
    this.#waitingRoom.open();
    void session.ended.then((reason) => this.#lost(session, reason));
  }

  /** While a session is opened, the opening fails with it. */
  #denied(error: Error): void {
    if (this.#session !== undefined) this.#events.failed(this.#dialer.failure(this.name, error));
  }

  #lost(session: Session, reason: Error): void {
    this.#session = undefined;
    if (this.#closing.signal.aborted) return;
    this.#lostLast = session;
    if (session.outstanding > 0) this.#events.lost(session.outstanding);
    this.#events.down(this.#dialer.failure(this.name, reason));
    void this.#seek();
  }

  async #seek(): Promise<void> {
    const found = await this.#seeker.seek(() => this.#establish(), this.#closing.signal);
    // One that ended as soon as it was there is sought already, by another call.
    if (found && this.#session !== undefined) this.#events.up();
  }

  async #close(): Promise<void> {
    this.#events = NOBODY;
    this.#closing.abort();
    this.#waitingRoom.close(this.#unavailable(CLOSED));
    await this.#session?.close();
  }

  #unavailable(why: string): VaqueroError {
    return new VaqueroError('VAQUERO_BUS_UNAVAILABLE', `${this.name} is not available: ${why}.`);
  }
}
