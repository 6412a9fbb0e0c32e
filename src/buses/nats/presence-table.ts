import type { PresenceRecord, PresenceStore } from '../../core/cluster/broker.js';
import { each } from './each.js';
import type { Ask, Streams, Table } from './streams.js';
import { fromSubjectToken, toSubjectToken } from './subject-token.js';

/** Who is present, in a stream: the subject of a record names topic, node and id, its message is the meta. */
export class PresenceTable implements PresenceStore {
  readonly #table: Table;
  readonly #base: string;
  readonly #ask: Ask;

  constructor(prefix: string, ask: Ask) {
    this.#base = `${prefix}.presence`;
    this.#table = { name: `${prefix}-presence`, subjects: [`${this.#base}.>`] };
    this.#ask = ask;
  }

  /** Writes and takes away what is no record, so that what is not there or not permitted is told. */
  async tryOut(streams: Streams): Promise<void> {
    const key = `${this.#base}.check`;
    await streams.put(this.#table, key);
    await streams.remove(this.#table.name, key);
  }

  put(record: PresenceRecord): Promise<void> {
    return this.#ask((streams) => streams.put(this.#table, this.#key(record), record.meta));
  }

  remove(record: Omit<PresenceRecord, 'meta'>): Promise<boolean> {
    return this.#ask((streams) => streams.remove(this.#table.name, this.#key(record)));
  }

  list(topic: string): Promise<PresenceRecord[]> {
    return this.#records(`${this.#base}.${toSubjectToken(topic)}.*.*`);
  }

  ofNode(node: string): Promise<PresenceRecord[]> {
    return this.#records(`${this.#base}.*.${toSubjectToken(node)}.*`);
  }

  async nodes(): Promise<string[]> {
    const keys = await this.#ask((streams) => streams.keys(this.#table.name, `${this.#base}.*.*.*`));
    return [...new Set(keys.map((key) => this.#parse(key).node))];
  }

  #records(pattern: string): Promise<PresenceRecord[]> {
    return this.#ask(async (streams) => {
      const keys = await streams.keys(this.#table.name, pattern);
      const metas = await each(keys, (key) => streams.get(this.#table.name, key));
      // One without a meta was removed in between.
      return keys.flatMap((key, i) => (metas[i] === undefined ? [] : [{ ...this.#parse(key), meta: metas[i] }]));
    });
  }

  #key({ topic, node, id }: Omit<PresenceRecord, 'meta'>): string {
    return `${this.#base}.${toSubjectToken(topic)}.${toSubjectToken(node)}.${id}`;
  }

  #parse(key: string): Omit<PresenceRecord, 'meta'> {
    const [topic = '', node = '', id = ''] = key.slice(this.#base.length + 1).split('.');
    return { topic: fromSubjectToken(topic), node: fromSubjectToken(node), id };
  }
}
