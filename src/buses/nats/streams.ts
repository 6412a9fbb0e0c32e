import { setTimeout as pause } from 'node:timers/promises';
import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

/** JetStream's codes for a stream of that name with other settings, and for one whose subjects are another's: or its own, while another node is making it. */
const NAME_IN_USE = 10058;
const SUBJECTS_OVERLAP = 10065;

/** Times that a key is written, or a stream looked for: one that another node has just made may not listen yet, or not be there. */
const TRIES = 4;
/** Milliseconds until a stream is looked for again. */
const LOOK_AGAIN = 50;

/** Runs a request over the connection of the moment; rejects with a coded error. */
export type Ask = <Answer>(request: (streams: Streams) => Promise<Answer>) => Promise<Answer>;

/** The stream that a table is kept in. */
export type Table = Pick<StreamConfig, 'name' | 'subjects'> & Partial<StreamConfig>;

/**
 * JetStream over one connection, as tables: the last message of a subject is the value of that key. They are plain streams and not the buckets of
 * `@nats-io/kv`, in which each deleted key leaves a tombstone for ever: a subject that is purged leaves nothing, and JetStream says whether there was
 * something. Reads go to the stream's leader, so that they see what was acknowledged before.
 */
export class Streams {
  readonly #manager: JetStreamManager;
  readonly #client: JetStreamClient;
  readonly #made = new Map<string, Promise<void>>();

  private constructor(manager: JetStreamManager, client: JetStreamClient) {
    this.#manager = manager;
    this.#client = client;
  }

  /** @param timeout - milliseconds that an answer may take */
  static async over(connection: NatsConnection, timeout: number): Promise<Streams> {
    return new Streams(await jetstreamManager(connection, { timeout, checkAPI: false }), jetstream(connection, { timeout }));
  }

  /** Sets a key; its table is made unless there is one. */
  async put(table: Table, key: string, value?: Uint8Array): Promise<void> {
    await this.#make(table);
    try {
      await this.#client.publish(key, value, { retries: TRIES });
    } catch (error) {
      this.#made.delete(table.name); // if it was deleted, the next to write makes it again
      throw error;
    }
  }

  /** The value of a key. */
  async get(table: string, key: string): Promise<Uint8Array | undefined> {
    const message = await unlessMissing(this.#manager.streams.getMessage(table, { last_by_subj: key }));
    return message?.data;
  }

  /** Takes a key away; true if it was there. */
  async remove(table: string, key: string): Promise<boolean> {
    const answer = await unlessMissing(this.#manager.streams.purge(table, { filter: key }));
    return answer !== undefined && answer.purged > 0;
  }

  /** The keys that match a pattern. */
  async keys(table: string, pattern: string): Promise<string[]> {
    const info = await unlessMissing(this.#manager.streams.info(table, { subjects_filter: pattern }));
    return Object.keys(info?.state.subjects ?? {});
  }

  /** The names of the tables whose keys may match a pattern. */
  async names(pattern: string): Promise<string[]> {
    const names: string[] = [];
    for await (const name of this.#manager.streams.names(pattern)) names.push(name);
    return names;
  }

  #make(table: Table): Promise<void> {
    const known = this.#made.get(table.name);
    if (known !== undefined) return known;
    const made = this.#add(table);
    this.#made.set(table.name, made);
    made.catch(() => this.#made.delete(table.name)); // whoever waits for it learns why
    return made;
  }

  /** One that is there with other settings is an administrator's: those hold. */
  async #add(table: Table): Promise<void> {
    try {
      await this.#manager.streams.add({ storage: StorageType.File, max_msgs_per_subject: 1, ...table });
    } catch (error) {
      const isThere = hasCode(error, NAME_IN_USE) || (hasCode(error, SUBJECTS_OVERLAP) && (await this.#appears(table.name)));
      if (!isThere) throw error;
    }
  }

  /** Whether a stream that another node may be making is there, now or in a moment. */
  async #appears(name: string): Promise<boolean> {
    for (let tries = 0; tries < TRIES; tries++) {
      if (tries > 0) await pause(LOOK_AGAIN);
      if ((await unlessMissing(this.#manager.streams.info(name))) !== undefined) return true;
    }
    return false;
  }
}

/** A table that nobody has written to is an empty one. */
async function unlessMissing<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (hasCode(error, JetStreamApiCodes.StreamNotFound)) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}
