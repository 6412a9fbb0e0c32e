import { AT_ONCE } from '../at-once.js';
import type { BusStatus } from '../bus.js';
import { describe, VaqueroError } from '../errors.js';
import { Presence, PresenceDiff, type PresenceEntry, type Publisher } from '../presence.js';
import type { Ref } from '../ref.js';
import type { Broker, PresenceRecord } from './broker.js';
import { checkChannelTopic, decodeTopic, encodeTopic } from './channels.js';
import { decode, encode } from './codec.js';
import { tooLarge } from './link.js';
import { inBatches, keyOf } from './presence-records.js';
import { MAX_NESTING } from './values.js';

/** What the presence of a node needs of its bus. */
export interface PresenceHost extends Publisher {
  readonly node: string;
  status(): BusStatus;
  closedError(): Error;
  /** What is published leaves at once. */
  flowing(): boolean;
  failed(error: unknown): void;
  /** Something that others wrote down cannot be understood. */
  refuse(error: Error): void;
}

/** Bytes that a diff of two entries takes beside their metas, the longest topic among them, and some more; half of them. */
const DIFF_OVERHEAD = 2_048;

/** Presence on many nodes: kept in the broker, announced to each topic's subscribers. */
export class ClusterPresence extends Presence {
  /** What this node has to answer for, as records by topic and ref: the broker's table is put right by it. */
  readonly #own = new Map<string, PresenceRecord>();
  /** What subscribers were told last of what this node has or had to answer for, by the same keys. */
  readonly #told = new Map<string, PresenceRecord>();
  /** Keys of which there is something to tell, once what is published leaves again. */
  readonly #untold = new Set<string>();
  /** What was taken away of dead nodes and is not told yet. */
  #taken: PresenceRecord[] = [];
  /** What is being written, by the same keys: one thing at a time for each. */
  readonly #writing = new Map<string, Promise<void>>();
  /** The table may differ from what this node has to answer for. */
  #doubtful = false;

  constructor(
    private readonly host: PresenceHost,
    private readonly broker: Broker,
  ) {
    super(host);
  }

  override async list(topic: string): Promise<readonly PresenceEntry[]> {
    if (this.host.status() === 'closed') throw this.host.closedError();
    if (!this.#connected) {
      throw new VaqueroError(
        'VAQUERO_BUS_UNAVAILABLE',
        `${this.broker.name} is away, and who is present in '${topic}' is written down there. Ask again later.`,
      );
    }
    const records = await this.broker.presence.list(encodeTopic(checkChannelTopic(topic)));
    const others = [...new Set(records.map((record) => record.node))].filter((node) => node !== this.host.node);
    const alive = others.length === 0 ? new Set<string>() : await this.broker.alive(others);
    return records.filter(({ node }) => node === this.host.node || alive.has(node)).map(this.#toEntry);
  }

  /** While the broker is away nothing is waited for: what is present is written down when it is back, as is what it did not take, when it does. */
  override track(topic: string, ref: Ref, meta: unknown): Promise<void> {
    const record = this.#record(topic, ref, this.#encode(meta ?? null));
    const key = keyOf(record);
    this.#own.set(key, record);
    return this.#write(key, async () => {
      await this.broker.presence.put(record);
      this.#tell(key, record);
    });
  }

  override untrack(topic: string, ref: Ref): void {
    const key = keyOf(this.#record(topic, ref, NOTHING));
    const record = this.#own.get(key);
    if (record === undefined) return;
    this.#own.delete(key);
    void this.#write(key, () => this.#take(key, record));
  }

  /** What is published leaves again: tells what could not be told. */
  tellUntold(): void {
    // What is being written is told when it is.
    for (const key of [...this.#untold]) if (!this.#writing.has(key)) this.#tell(key, this.#own.get(key));
    this.#tellTaken();
  }

  /**
   * Puts the broker's table right: it may have been away, or emptied, or others have held this node for dead. Those may be at it still, so the next sweep
   * takes a second look.
   * @param unseen - this node was not among those that live: who listed then does not know of what is here
   */
  async reconcile(unseen: boolean): Promise<void> {
    this.#doubtful = true;
    await this.#putRight(unseen);
    this.#doubtful = true;
  }

  /** Takes away what dead nodes left behind, and announces it: each record by the one node that took it away. */
  async sweep(): Promise<void> {
    if (this.#doubtful) await this.#putRight().catch((error) => this.host.failed(error));
    const nodes = (await this.broker.presence.nodes()).filter((node) => node !== this.host.node);
    if (nodes.length === 0) return;
    const alive = await this.broker.alive(nodes);
    for (const node of nodes) if (!alive.has(node)) await this.#bury(node);
  }

  /** Records that are being written down or taken away. */
  get unsettled(): number {
    return this.#writing.size;
  }

  /** Resolves when all that was begun is written down. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing.values());
  }

  /** Compares what is written down with what was settled before. */
  async #putRight(unseen = false): Promise<void> {
    const settled = new Map([...this.#own].filter(([key]) => !this.#writing.has(key)));
    const written = new Map((await this.broker.presence.ofNode(this.host.node)).map((record) => [keyOf(record), record]));
    this.#doubtful = false;
    for (const key of new Set([...settled.keys(), ...written.keys(), ...this.#told.keys()])) {
      const own = settled.get(key);
      await this.#write(key, async () => {
        // What has changed since then is written down by whoever changed it.
        if (this.#own.get(key) === own) await this.#putOneRight(key, own, written.get(key), unseen);
      });
    }
  }

  async #putOneRight(
    key: string,
    own: PresenceRecord | undefined,
    written: PresenceRecord | undefined,
    unseen: boolean,
  ): Promise<void> {
    if (own === undefined) {
      if (written === undefined) this.#tell(key, undefined);
      else await this.#take(key, written);
    } else if (written === undefined || Buffer.compare(own.meta, written.meta) !== 0) {
      if (written !== undefined && !this.#told.has(key)) this.#told.set(key, written);
      await this.broker.presence.put(own);
      this.#tell(key, own);
    } else if (unseen || this.#told.get(key) !== own) this.#tell(key, own);
  }

  async #take(key: string, record: PresenceRecord): Promise<void> {
    const taken = await this.broker.presence.remove(record);
    // If another node or a broker that came back empty has taken it away, it may not have been told; better twice than never.
    if (this.#told.has(key)) return this.#tell(key, undefined);
    this.#untold.delete(key);
    // Nobody was told of it, and yet it was there to be listed.
    if (taken) this.#announce(record.topic, [], [record]);
  }

  /** Tells subscribers what has become of a key: in a moment, if what is published cannot leave. */
  #tell(key: string, now: PresenceRecord | undefined): void {
    if (!this.host.flowing()) {
      this.#untold.add(key);
      return;
    }
    this.#untold.delete(key);
    const before = this.#told.get(key);
    if (now === undefined) this.#told.delete(key);
    else this.#told.set(key, now);
    const topic = (now ?? before)?.topic;
    if (topic !== undefined) this.#announce(topic, now ? [now] : [], before && before !== now ? [before] : []);
  }

  async #bury(node: string): Promise<void> {
    try {
      for (const record of await this.broker.presence.ofNode(node))
        if (await this.broker.presence.remove(record)) this.#taken.push(record);
    } catch (error) {
      // Others can be buried nevertheless.
      this.host.failed(error);
    }
    this.#tellTaken();
  }

  /** Nobody else can tell of what was taken away: it is kept until it can leave. */
  #tellTaken(): void {
    if (!this.host.flowing()) return;
    const taken = this.#taken;
    this.#taken = [];
    for (const [topic, batch] of inBatches(taken, this.broker.maxPayload / 2)) this.#announce(topic, [], batch);
  }

  /**
   * One that cannot be announced is reported, and keeps nobody else from it. What changed has left first, for whoever applies it by refs.
   * @param token - that of the topic, as records have it
   */
  #announce(token: string, joins: readonly PresenceRecord[], leaves: readonly PresenceRecord[]): void {
    try {
      const topic = decodeTopic(token);
      this.host.publish(topic, new PresenceDiff(topic, joins.map(this.#toEntry), leaves.map(this.#toEntry)));
    } catch (error) {
      if (joins.length + leaves.length === 1) return this.host.failed(error);
      for (const record of leaves) this.#announce(token, [], [record]);
      for (const record of joins) this.#announce(token, [record], []);
    }
  }

  readonly #toEntry = ({ node, id, meta }: PresenceRecord): PresenceEntry => {
    const ref = `${node}.${id}` as Ref;
    try {
      return { ref, meta: decode(Buffer.from(meta.buffer, meta.byteOffset, meta.length)) };
    } catch (error) {
      this.host.refuse(error as Error);
      return { ref, meta: undefined };
    }
  };

  #write(key: string, write: () => Promise<void>): Promise<void> {
    if (!this.#connected) return AT_ONCE;
    const written = (this.#writing.get(key) ?? AT_ONCE)
      .then(write)
      .catch((error) => {
        this.#doubtful = true;
        this.host.failed(error);
      })
      .finally(() => {
        if (this.#writing.get(key) === written) this.#writing.delete(key);
      });
    this.#writing.set(key, written);
    return written;
  }

  /** What changes is announced with what it was, so two must have room in a message; and a diff has room for what is so deep, be it a diff itself. */
  #encode(meta: unknown): Uint8Array {
    const encoded = encode(meta, meta, MAX_NESTING);
    const max = this.broker.maxPayload / 2 - DIFF_OVERHEAD;
    if (!this.#connected || encoded.length <= max) return encoded;
    throw tooLarge(`The meta of a presence, ${describe(meta)},`, encoded.length, this.broker, max);
  }

  /** The broker can be asked. */
  get #connected(): boolean {
    return this.host.status() === 'connected';
  }

  #record(topic: string, ref: Ref, meta: Uint8Array): PresenceRecord {
    return { topic: encodeTopic(checkChannelTopic(topic)), node: this.host.node, id: ref.slice(this.host.node.length + 1), meta };
  }
}

const NOTHING = new Uint8Array();
