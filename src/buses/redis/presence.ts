import type { PresenceRecord, PresenceStore } from '../../core/cluster/broker.js';
import { toBuffer } from '../../core/commands.js';
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

/** Answers id, topic, meta; id, topic, meta… */
const OF_NODE = `
local records = {}
for _, entry in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local colon = string.find(entry, ':', 1, true)
  local id, topic = string.sub(entry, 1, colon - 1), string.sub(entry, colon + 1)
  records[#records + 1] = id
  records[#records + 1] = topic
  records[#records + 1] = redis.call('HGET', ARGV[1] .. topic, ARGV[2] .. ':' .. id)
end
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

/** Who is present where, in Redis. */
export class RedisPresence implements PresenceStore {
  constructor(
    private readonly call: Call,
    private readonly keys: Keys,
  ) {}

  /** Does with keys that have this name what is done with others, and leaves nothing; rejects where something of it is not permitted. */
  async tryOut(name: string): Promise<void> {
    const [hash, set] = [this.keys.presenceTopic(name), this.keys.presenceNode(name)];
    await Promise.all([this.call('EVAL', TRY_OUT, '2', hash, set), this.call('HGETALL', hash), this.call('SMEMBERS', set)]);
  }

  async put({ topic, node, id, meta }: PresenceRecord): Promise<void> {
    const keys = [this.keys.presenceTopic(topic), this.keys.presenceNode(node), this.keys.presenceNodes];
    await this.call('EVAL', PUT, '3', ...keys, `${node}:${id}`, toBuffer(meta), `${id}:${topic}`, node);
  }

  async remove({ topic, node, id }: Omit<PresenceRecord, 'meta'>): Promise<boolean> {
    const keys = [this.keys.presenceTopic(topic), this.keys.presenceNode(node), this.keys.presenceNodes];
    return (await this.call('EVAL', REMOVE, '3', ...keys, `${node}:${id}`, `${id}:${topic}`, node)) === 1;
  }

  async list(topic: string): Promise<PresenceRecord[]> {
    const hash = (await this.call('HGETALL', this.keys.presenceTopic(topic))) as Buffer[];
    const records: PresenceRecord[] = [];
    for (let i = 0; i < hash.length; i += 2) {
      const [node, id] = text(hash[i]).split(':') as [string, string];
      records.push({ topic, node, id, meta: hash[i + 1] as Buffer });
    }
    return records;
  }

  async nodes(): Promise<string[]> {
    return ((await this.call('SMEMBERS', this.keys.presenceNodes)) as Buffer[]).map(text);
  }

  async ofNode(node: string): Promise<PresenceRecord[]> {
    const found = (await this.call(
      'EVAL',
      OF_NODE,
      '1',
      this.keys.presenceNode(node),
      this.keys.presenceTopics,
      node,
    )) as Buffer[];
    const records: PresenceRecord[] = [];
    for (let i = 0; i < found.length; i += 3) {
      records.push({ topic: text(found[i + 1]), node, id: text(found[i]), meta: found[i + 2] as Buffer });
    }
    return records;
  }
}

function text(bytes: Buffer | undefined): string {
  return (bytes as Buffer).toString('latin1');
}
