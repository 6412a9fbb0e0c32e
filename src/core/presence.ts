import { AT_ONCE } from './at-once.js';
import { brand } from './copies.js';
import { nameInfo } from './metadata.js';
import type { Ref } from './ref.js';
import { checkTopic } from './topic.js';

/** One connection that is present in a topic. */
export interface PresenceEntry {
  /** Its address. */
  readonly ref: Ref;
  /** What `connection.track` was given; `undefined` if that cannot be understood here, such as a class that only another node has. */
  readonly meta: unknown;
}

/** The info that a topic's subscribers get when connections come to be present in it, or are not any more; one whose meta changed has left and joined. */
export class PresenceDiff {
  constructor(
    readonly topic: string,
    readonly joins: readonly PresenceEntry[],
    readonly leaves: readonly PresenceEntry[],
  ) {}
}
nameInfo(PresenceDiff, 'vaquero.PresenceDiff');

/** @internal Where diffs are published. */
export interface Publisher {
  publish(topic: string, info: unknown): void;
}

/** Who is present in topics, on all nodes. Inject it into services and handlers; `bus.presence` is the same. */
export class Presence {
  static {
    brand(Presence);
  }

  readonly #publisher: Publisher;
  readonly #topics = new Map<string, Map<Ref, unknown>>();

  /** @internal Every bus makes its own. */
  constructor(publisher: Publisher) {
    this.#publisher = publisher;
  }

  /**
   * All that are present in a topic, in no particular order. To keep a list, subscribe first, list then, and apply each `PresenceDiff` by its refs; list afresh
   * when a broker that was away is back. Rejects with `VAQUERO_BUS_UNAVAILABLE` while the broker that keeps it cannot be asked, and with `VAQUERO_BUS_CLOSED`.
   */
  async list(topic: string): Promise<readonly PresenceEntry[]> {
    return [...(this.#topics.get(checkTopic(topic)) ?? [])].map(([ref, meta]) => ({ ref, meta }));
  }

  /** @internal Resolves when others can see it. */
  track(topic: string, ref: Ref, meta: unknown): Promise<void> {
    checkTopic(topic);
    const before = this.entry(topic, ref);
    const present = this.#topics.get(topic);
    if (present === undefined) this.#topics.set(topic, new Map([[ref, meta]]));
    else present.set(ref, meta);
    this.#publisher.publish(topic, new PresenceDiff(topic, [{ ref, meta }], before));
    return AT_ONCE;
  }

  /** @internal */
  untrack(topic: string, ref: Ref): void {
    const present = this.#topics.get(topic);
    const before = this.entry(topic, ref);
    if (!present?.delete(ref)) return;
    if (present.size === 0) this.#topics.delete(topic);
    this.#publisher.publish(topic, new PresenceDiff(topic, [], before));
  }

  private entry(topic: string, ref: Ref): PresenceEntry[] {
    const present = this.#topics.get(topic);
    return present?.has(ref) ? [{ ref, meta: present.get(ref) }] : [];
  }
}
