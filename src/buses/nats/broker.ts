import type { Broker, BrokerEvents } from '../../core/cluster/broker.js';
import { REGROUP_TIME } from '../reconnector.js';
import { SessionKeeper } from '../session-keeper.js';
import { type DialOptions, NatsDialer } from './dialer.js';
import { LifeTable } from './life-table.js';
import { PresenceTable } from './presence-table.js';
import type { Session } from './session.js';
import type { Streams } from './streams.js';

/** NATS as a broker: channels are subjects; who lives and who is present is written down in JetStream. */
export class NatsBroker implements Broker {
  readonly name: string;
  readonly regroupTime = REGROUP_TIME;
  readonly presence: PresenceTable;

  readonly #life: LifeTable;
  readonly #dialer: NatsDialer;
  readonly #keeper: SessionKeeper<Session>;

  constructor(options: DialOptions) {
    const ask = <Answer>(request: (streams: Streams) => Promise<Answer>) => this.#ask(request);
    this.presence = new PresenceTable(options.prefix, ask);
    this.#life = new LifeTable(options.prefix, ask);
    this.#dialer = new NatsDialer(
      options,
      {
        message: (channel, message) => this.#keeper.events.message(channel, message),
        unheard: (tag) => this.#keeper.events.unheard(tag),
        denied: (error) => this.#keeper.denied(error),
      },
      (streams) => this.presence.tryOut(streams),
    );
    this.name = this.#dialer.name;
    this.#keeper = new SessionKeeper(this.#dialer);
  }

  get maxPayload(): number {
    return this.#dialer.maxPayload;
  }

  connect(events: BrokerEvents): Promise<void> {
    return this.#keeper.connect(events);
  }

  close(): Promise<void> {
    return this.#keeper.close();
  }

  publish(channel: string, message: Uint8Array): void {
    this.#keeper.connected.publish(channel, message);
  }

  post(channel: string, message: Uint8Array, tag: string): void {
    this.#keeper.connected.post(channel, message, tag);
  }

  subscribe(channel: string): Promise<void> {
    return this.#keeper.subscribe(channel);
  }

  unsubscribe(channel: string): void {
    this.#keeper.unsubscribe(channel);
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

  async #ask<Answer>(request: (streams: Streams) => Promise<Answer>): Promise<Answer> {
    const { streams } = this.#keeper.connected;
    try {
      return await request(streams);
    } catch (error) {
      throw this.#dialer.failure(error);
    }
  }
}
