import type { Broker, BrokerEvents } from '../../core/cluster/broker.js';
import { REGROUP_TIME } from '../reconnector.js';
import { SessionKeeper } from '../session-keeper.js';
import type { Address } from './address.js';
import { type DialOptions, RedisDialer } from './dialer.js';
import { Keys } from './keys.js';
import { RedisPresence } from './presence.js';
import type { Session } from './session.js';

/**
 * Redis cuts a subscriber for whom more than 32 MiB wait (`client-output-buffer-limit pubsub`): a few messages of this size
 * may.
 */
const MAX_PAYLOAD = 8_388_608;

/** Redis as a broker: what it calls channels, and keys that begin with the prefix for who lives and who is present. */
export class RedisBroker implements Broker {
  readonly name: string;
  readonly maxPayload = MAX_PAYLOAD;
  readonly regroupTime = REGROUP_TIME;
  readonly presence: RedisPresence;

  readonly #keys: Keys;
  readonly #keeper: SessionKeeper<Session>;

  constructor(address: Address, options: DialOptions) {
    this.#keys = new Keys(options.prefix);
    this.presence = new RedisPresence(
      (command, ...args) => this.#call(command, ...args),
      this.#keys,
      (error) => this.#keeper.events.failed(error),
    );
    const dialer = new RedisDialer(address, this.#keys, options, {
      message: (channel, message) => this.#keeper.events.message(channel, message),
      unheard: (tag) => this.#keeper.events.unheard(tag),
    });
    this.name = dialer.name;
    this.#keeper = new SessionKeeper(dialer);
  }

  connect(events: BrokerEvents): Promise<void> {
    return this.#keeper.connect(events);
  }

  close(): Promise<void> {
    return this.#keeper.close();
  }

  publish(channel: string, message: Uint8Array): void {
    this.#keeper.connected.publisher.publish(channel, message);
  }

  post(channel: string, message: Uint8Array, tag: string): void {
    this.#keeper.connected.publisher.publish(channel, message, tag);
  }

  subscribe(channel: string): Promise<void> {
    return this.#keeper.subscribe(channel);
  }

  unsubscribe(channel: string): void {
    this.#keeper.unsubscribe(channel);
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

  async #call(command: string, ...args: (string | Buffer)[]): Promise<unknown> {
    return this.#keeper.connected.call(command, ...args);
  }
}
