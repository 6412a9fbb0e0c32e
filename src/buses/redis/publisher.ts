import { toBuffer } from '../../core/commands.js';
import type { Backlog } from '../backlog.js';

/**
 * Publishes a list of channels and messages, and answers the places in the list of those that nobody heard. It does nothing
 * when the connection has been declared ended: what a broker that stood still finds in its sockets must not come after what was
 * sent since.
 */
export const PUBLISH = `
if redis.call('EXISTS', KEYS[1]) == 1 then return {} end
local unheard = {}
for i = 1, #ARGV, 2 do
  if redis.call('PUBLISH', ARGV[i], ARGV[i + 1]) == 0 then unheard[#unheard + 1] = (i - 1) / 2 end
end
return unheard`;

/**
 * Bytes and messages that wait for the end of a turn of the event loop; more leave before it, for Redis does nothing else while a
 * script runs.
 */
const MAX_BYTES = 262_144;
const MAX_MESSAGES = 128;

/** What a publisher needs of its connection. */
export interface CommandRunner {
  /** Runs a command; its promise is rejected when the connection ends. */
  call(command: string, ...args: (string | Buffer)[]): Promise<unknown>;
  unheard(tag: string): void;
  /** The command failed, so that nobody knows what became of the messages; or more of them wait than may. */
  failed(error: Error): void;
}

/**
 * What was published on one connection and is not acknowledged. All that is published in a turn of the event loop is one
 * command to Redis, with one answer: from eight messages in a turn on, a `PUBLISH` for each costs either side about twice as
 * much, or more.
 */
export class Publisher {
  readonly #runner: CommandRunner;
  readonly #fence: string;
  readonly #backlog: Backlog;
  #list: (string | Buffer)[] = [];
  #tags: (string | undefined)[] = [];
  #bytes = 0;

  /** @param fence - the key that is there when the connection has been declared ended */
  constructor(runner: CommandRunner, fence: string, backlog: Backlog) {
    this.#runner = runner;
    this.#fence = fence;
    this.#backlog = backlog;
  }

  /**
   * The message leaves with the turn of the event loop; `unheard` is told of the tag if nobody is subscribed. One for which there is no room is lost with the
   * connection.
   */
  publish(channel: string, message: Uint8Array, tag?: string): void {
    this.#backlog.add(channel, message);
    if (this.#backlog.isOver) return this.#runner.failed(this.#backlog.reason);
    if (this.#list.length === 0) setImmediate(this.#flush);
    this.#list.push(channel, toBuffer(message));
    this.#tags.push(tag);
    this.#bytes += channel.length + message.length;
    if (this.#bytes >= MAX_BYTES || this.#tags.length >= MAX_MESSAGES) this.flush();
  }

  /** Sends now what waits for the end of the turn. */
  flush(): void {
    if (this.#list.length === 0) return;
    const tags = this.#tags;
    const bytes = this.#bytes;
    const sent = this.#runner.call('EVAL', PUBLISH, '1', this.#fence, ...this.#list);
    sent.then((unheard) => this.#acknowledge(tags, bytes, unheard as number[]), this.#failed);
    this.#list = [];
    this.#tags = [];
    this.#bytes = 0;
  }

  readonly #flush = () => this.flush();
  readonly #failed = (error: Error) => this.#runner.failed(error);

  #acknowledge(tags: readonly (string | undefined)[], bytes: number, unheard: readonly number[]): void {
    this.#backlog.settle(tags.length, bytes);
    for (const place of unheard) {
      const tag = tags[place];
      if (tag !== undefined) this.#runner.unheard(tag);
    }
  }
}
