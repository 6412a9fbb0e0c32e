import { each } from './each.js';
import type { Ask, Streams } from './streams.js';
import { toSubjectToken } from './subject-token.js';

/** Of a millisecond: JetStream counts in these. */
const NANOSECONDS = 1_000_000;

/**
 * Who lives, in streams whose messages JetStream drops when they have reached an age: one stream for each time to live, for the age is the stream's and not
 * the message's. As a rule the nodes of an application have the same, and there is one.
 */
export class LifeTable {
  readonly #prefix: string;
  readonly #ask: Ask;

  constructor(prefix: string, ask: Ask) {
    this.#prefix = prefix;
    this.#ask = ask;
  }

  keepAlive(node: string, ttl: number): Promise<void> {
    const table = { name: this.#name(ttl), subjects: [this.#subject(ttl, '*')], max_age: ttl * NANOSECONDS };
    return this.#ask((streams) => streams.put(table, this.#subject(ttl, toSubjectToken(node))));
  }

  alive(nodes: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#ask(async (streams) => {
      const ttls = await this.#ttls(streams);
      const signs = nodes.flatMap((node) => ttls.map((ttl) => ({ node, ttl })));
      const found = await each(signs, ({ node, ttl }) => streams.get(this.#name(ttl), this.#subject(ttl, toSubjectToken(node))));
      return new Set(signs.filter((_, i) => found[i] !== undefined).map(({ node }) => node));
    });
  }

  leave(node: string): Promise<void> {
    return this.#ask(async (streams) => {
      const ttls = await this.#ttls(streams);
      await each(ttls, (ttl) => streams.remove(this.#name(ttl), this.#subject(ttl, toSubjectToken(node))));
    });
  }

  async #ttls(streams: Streams): Promise<string[]> {
    const names = await streams.names(this.#subject('*', '*'));
    return names.map((name) => name.slice(this.#name('').length));
  }

  #name(ttl: number | string): string {
    return `${this.#prefix}-alive-${ttl}`;
  }

  #subject(ttl: number | string, node: string): string {
    return `${this.#prefix}.alive.${ttl}.${node}`;
  }
}
