import type { Clock } from '../../core/clock.js';
import type { PresenceRecord } from '../../core/cluster/broker.js';

/** One that is connected to the exchange. */
export interface Port {
  /** A message for it leaves the exchange. */
  dispatch(channel: string, message: Uint8Array): void;
}

/** The broker in the middle of a simulated network: channels, and what is written down. */
export class Exchange {
  readonly #subscribers = new Map<string, Set<Port>>();
  readonly #aliveUntil = new Map<string, number>();
  readonly #presence = new Map<string, PresenceRecord>();

  constructor(private readonly clock: Clock) {}

  /** How many others it is dispatched to. */
  publish(from: Port, channel: string, message: Uint8Array): number {
    let dispatched = 0;
    for (const port of this.#subscribers.get(channel) ?? []) {
      if (port === from) continue;
      port.dispatch(channel, message);
      dispatched++;
    }
    return dispatched;
  }

  subscribe(port: Port, channel: string): void {
    const subscribers = this.#subscribers.get(channel);
    if (subscribers === undefined) this.#subscribers.set(channel, new Set([port]));
    else subscribers.add(port);
  }

  unsubscribe(port: Port, channel: string): void {
    const subscribers = this.#subscribers.get(channel);
    if (subscribers?.delete(port) && subscribers.size === 0) this.#subscribers.delete(channel);
  }

  /** The connection of a port is lost. */
  forget(port: Port): void {
    for (const channel of [...this.#subscribers.keys()]) this.unsubscribe(port, channel);
  }

  keepAlive(node: string, ttl: number): void {
    this.#aliveUntil.set(node, this.clock.now() + ttl);
  }

  alive(nodes: readonly string[]): ReadonlySet<string> {
    return new Set(nodes.filter((node) => (this.#aliveUntil.get(node) ?? 0) > this.clock.now()));
  }

  leave(node: string): void {
    this.#aliveUntil.delete(node);
  }

  put(record: PresenceRecord): void {
    this.#presence.set(keyOf(record), record);
  }

  remove(record: Omit<PresenceRecord, 'meta'>): boolean {
    return this.#presence.delete(keyOf(record));
  }

  records(matches: (record: PresenceRecord) => boolean): PresenceRecord[] {
    return [...this.#presence.values()].filter(matches);
  }
}

function keyOf({ topic, node, id }: Omit<PresenceRecord, 'meta'>): string {
  return `${topic} ${node} ${id}`;
}
