import type { PresenceRecord, PresenceStore } from '../../core/cluster/broker.js';
import { toBuffer } from '../../core/commands.js';
import { describe, VaqueroError } from '../../core/errors.js';
import type { Keys } from './keys.js';

/*
 * Three kinds of keys, changed together by scripts, so that nobody finds one without the other: a hash for each topic, of
 * `node:id` to meta; a set for each node, of `id:topic`; and the set of nodes that have records. Names have no colon. An empty
 * hash or set is no key any more.
 */

const PUT = `
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('SADD', KEYS[2], ARGV[3])
return redis.call('SADD', KEYS[3], ARGV[4])`;

const REMOVE = `
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('SREM', KEYS[2], ARGV[2])
if redis.call('EXISTS', KEYS[2]) == 0 then redis.call('SREM', KEYS[3], ARGV[3]) end
return 1`;

/** Answers entry, meta; entry, meta… An entry whose hash Redis has evicted is no record any more, and goes too. */
const OF_NODE = `
local records = {}
for _, entry in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local id, topic = string.match(entry, '^([^:]*):(.*)$')
  local meta = topic and redis.call('HGET', ARGV[1] .. topic, ARGV[2] .. ':' .. id)
  if topic and not meta then
    redis.call('SREM', KEYS[1], entry)
  else
    records[#records + 1] = entry
    records[#records + 1] = meta or ''
  end
end
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('SREM', KEYS[2], ARGV[2]) end
return records`;

/**
 * What the scripts above do, on keys that nobody has. What puts something there comes last, so that nothing is left where something is not permitted.
 */
const TRY_OUT = `
local hash, set = KEYS[1], KEYS[2]
redis.call('HGET', hash, 'x')
redis.call('SMEMBERS', set)
redis.call('EXISTS', set)
redis.call('HDEL', hash, 'x')
redis.call('SREM', set, 'x')
redis.call('HSET', hash, 'x', '')
redis.call('HDEL', hash, 'x')
redis.call('SADD', set, 'x')
return redis.call('SREM', set, 'x')`;

/** Runs a command on the connection that there is, or rejects; answers strings as bytes. */
export type Call = (command: string, ...args: (string | Buffer)[]) => Promise<unknown>;

/** Does with keys that have this name what is done with others, and leaves nothing; rejects where something of it is not permitted. */
export async function tryPresence(call: Call, keys: Keys, name: string): Promise<void> {
  const [hash, set] = [keys.presenceTopic(name), keys.presenceNode(name)];
  await Promise.all([call('EVAL', TRY_OUT, '2', hash, set), call('HGETALL', hash), call('SMEMBERS', set)]);
}

/** `node:id` and `id:topic`. */
const FIELD = /^([\w.=-]+):([A-Za-z\d]+)$/;
const ENTRY = /^([A-Za-z\d]+):([\w.=-]+)$/;

/** Who is present where, in Redis. */
export class RedisPresence implements PresenceStore {
  #hasRefused = false;

  /** @param refused - told of the first thing that is none of ours: it is left out, as all that come after it are */
  constructor(
    private readonly call: Call,
    private readonly keys: Keys,
    private readonly refused: (error: VaqueroError) => void,
  ) {}

  async put({ topic, node, id, meta }: PresenceRecord): Promise<void> {
    const keys = [this.keys.presenceTopic(topic), this.keys.presenceNode(node), this.keys.presenceNodes];
    await this.call('EVAL', PUT, '3', ...keys, `${node}:${id}`, toBuffer(meta), `${id}:${topic}`, node);
  }

  async remove({ topic, node, id }: Omit<PresenceRecord, 'meta'>): Promise<boolean> {
    const keys = [this.keys.presenceTopic(topic), this.keys.presenceNode(node), this.keys.presenceNodes];
    return (await this.call('EVAL', REMOVE, '3', ...keys, `${node}:${id}`, `${id}:${topic}`, node)) === 1;
  }

  async list(topic: string): Promise<PresenceRecord[]> {
    const key = this.keys.presenceTopic(topic);
    const found = (await this.call('HGETALL', key)) as Buffer[];
    return this.#records(key, FIELD, found, ([node, id], meta) => ({ topic, node, id, meta }));
  }

  async nodes(): Promise<string[]> {
    return ((await this.call('SMEMBERS', this.keys.presenceNodes)) as Buffer[]).map(text);
  }

  async ofNode(node: string): Promise<PresenceRecord[]> {
    const key = this.keys.presenceNode(node);
    const asked = this.call('EVAL', OF_NODE, '2', key, this.keys.presenceNodes, this.keys.presenceTopics, node);
    return this.#records(key, ENTRY, (await asked) as Buffer[], ([id, topic], meta) => ({ topic, node, id, meta }));
  }

  /** Names and metas in turn, as records; strangers' names are left out. */
  #records(key: string, form: RegExp, found: readonly Buffer[], toRecord: ToRecord): PresenceRecord[] {
    const records: PresenceRecord[] = [];
    for (let i = 0; i < found.length; i += 2) {
      const name = text(found[i]);
      const [, first, second] = form.exec(name) ?? [];
      if (first === undefined || second === undefined) this.#refuse(key, name);
      else records.push(toRecord([first, second], found[i + 1] as Buffer));
    }
    return records;
  }

  #refuse(key: string, name: string): void {
    if (this.#hasRefused) return;
    this.#hasRefused = true;
    this.refused(
      new VaqueroError(
        'VAQUERO_MESSAGE_REFUSED',
        `${key} in Redis has ${describe(name)}, which is no record of presence, and is left out. Who else writes there? Give applications different prefixes.`,
      ),
    );
  }
}

/** Makes a record of the two parts of its name. */
type ToRecord = (name: readonly [string, string], meta: Buffer) => PresenceRecord;

function text(bytes: Buffer | undefined): string {
  return (bytes as Buffer).toString('latin1');
}
