import { AT_ONCE } from '../at-once.js';
import { VaqueroError } from '../errors.js';
import { Presence, PresenceDiff, type PresenceEntry, type Publisher } from '../presence.js';
import type { Ref } from '../ref.js';
import { checkTopic } from '../topic.js';
import type { Broker, PresenceRecord } from './broker.js';
import { fromToken, toToken } from './channels.js';
import { decode, encode } from './codec.js';

/** What the presence of a node needs of its bus. */
export interface PresenceHost extends Publisher {
  readonly node: string;
  /** The broker can be asked. */
  connected(): boolean;
  failed(error: unknown): void;
}

/** Presence on many nodes: kept in the broker, announced to each topic's subscribers. */
export class ClusterPresence extends Presence {
  /** What this node has to answer for, as records by topic and ref: the broker's table is put right by it. */
  readonly #own = new Map<string, PresenceRecord>();
  /** What is being written, by the same keys: one thing at a time for each. */
  readonly #writing = new Map<string, Promise<void>>();

  constructor(
    private readonly host: PresenceHost,
    private readonly broker: Broker,
  ) {
    super(host);
  }

  override async list(topic: string): Promise<readonly PresenceEntry[]> {
    if (!this.host.connected()) {
      throw new VaqueroError(
        'VAQUERO_BUS_UNAVAILABLE',
        `${this.broker.name} is away, and who is present in '${topic}' is written down there. Ask again later.`,
      );
    }
    const records = await this.broker.presence.list(toToken(checkTopic(topic)));
    const others = [...new Set(records.map((record) => record.node))].filter((node) => node !== this.host.node);
    const alive = others.length === 0 ? new Set<string>() : await this.broker.alive(others);
    return records.filter(({ node }) => node === this.host.node || alive.has(node)).map(toEntry);
  }

  /** While the broker is away nothing is waited for: what is present is written down when it is back. */
  override track(topic: string, ref: Ref, meta: unknown): Promise<void> {
    const record = this.#record(topic, ref, encode(meta ?? null));
    const key = keyOf(record);
    const before = this.#own.get(key);
    this.#own.set(key, record);
    return this.#write(key, async () => {
      await this.broker.presence.put(record);
      this.#announce(topic, [record], before === undefined ? [] : [before]);
    });
  }

  override untrack(topic: string, ref: Ref): void {
    const key = keyOf(this.#record(topic, ref, NOTHING));
    const record = this.#own.get(key);
    if (record === undefined) return;
    this.#own.delete(key);
    this.#write(key, async () => {
      if (await this.broker.presence.remove(record)) this.#announce(topic, [], [record]);
    });
  }

  /** Puts the broker's table right: it may have been away, or emptied, or others have held this node for dead. */
  async reconcile(): Promise<void> {
    const written = await this.broker.presence.ofNode(this.host.node);
    const known = new Set(written.map(keyOf));
    for (const record of written) {
      if (!this.#own.has(keyOf(record)) && (await this.broker.presence.remove(record))) this.#left([record]);
    }
    for (const [key, record] of this.#own) {
      if (known.has(key)) continue;
      await this.broker.presence.put(record);
      this.#announce(fromToken(record.topic), [record], []);
    }
  }

  /** Takes away what dead nodes left behind, and announces it: each record by the one node that took it away. */
  async sweep(): Promise<void> {
    const nodes = (await this.broker.presence.nodes()).filter((node) => node !== this.host.node);
    if (nodes.length === 0) return;
    const alive = await this.broker.alive(nodes);
    for (const node of nodes) if (!alive.has(node)) await this.#bury(node);
  }

  /** Resolves when all that was begun is written down. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing.values());
  }

  async #bury(node: string): Promise<void> {
    const taken: PresenceRecord[] = [];
    for (const record of await this.broker.presence.ofNode(node))
      if (await this.broker.presence.remove(record)) taken.push(record);
    this.#left(taken);
  }

  #left(records: readonly PresenceRecord[]): void {
    const byTopic = new Map<string, PresenceRecord[]>();
    for (const record of records) byTopic.set(record.topic, [...(byTopic.get(record.topic) ?? []), record]);
    for (const [topic, ofTopic] of byTopic) this.#announce(fromToken(topic), [], ofTopic);
  }

  #announce(topic: string, joins: readonly PresenceRecord[], leaves: readonly PresenceRecord[]): void {
    this.host.publish(topic, new PresenceDiff(topic, joins.map(toEntry), leaves.map(toEntry)));
  }

  #write(key: string, write: () => Promise<void>): Promise<void> {
    if (!this.host.connected()) return AT_ONCE;
    const written = (this.#writing.get(key) ?? AT_ONCE)
      .then(write)
      .catch((error) => this.host.failed(error))
      .finally(() => {
        if (this.#writing.get(key) === written) this.#writing.delete(key);
      });
    this.#writing.set(key, written);
    return written;
  }

  #record(topic: string, ref: Ref, meta: Uint8Array): PresenceRecord {
    return { topic: toToken(checkTopic(topic)), node: this.host.node, id: ref.slice(this.host.node.length + 1), meta };
  }
}

const NOTHING = new Uint8Array();

function keyOf({ topic, id }: Omit<PresenceRecord, 'meta'>): string {
  return `${topic} ${id}`;
}

function toEntry({ node, id, meta }: PresenceRecord): PresenceEntry {
  return { ref: `${node}.${id}` as Ref, meta: decode(Buffer.from(meta.buffer, meta.byteOffset, meta.length)) };
}
