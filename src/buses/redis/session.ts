import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { BrokerEvents } from '../../core/cluster/broker.js';
import type { VaqueroError } from '../../core/errors.js';
import { Backlog } from '../backlog.js';
import type { Refusals } from '../pending-subscriptions.js';
import type { BrokerSession } from '../session-keeper.js';
import type { Address } from './address.js';
import type { Failures } from './failures.js';
import type { Keys } from './keys.js';
import { type CommandRunner, Publisher } from './publisher.js';

/** Milliseconds from one ping to the next. */
const PING_INTERVAL = 2_000;

/** Pings in a row that may find nothing answered: a Redis that stands still is noticed in 4 to 6 seconds. */
const PATIENCE = 2;

/** Channels that one command subscribes to. */
const BATCH = 1_000;

/** What a session tells while it lasts. */
export type SessionEvents = Pick<BrokerEvents, 'message' | 'unheard'>;

/**
 * One connection to Redis, from beginning to end; a lost one is not connected again, another takes its place. The client's own
 * reconnecting is not used, for it can resend what was sent before. RESP3 lets one connection publish and be subscribed, so
 * that there are not two that can end apart.
 */
export class Session implements BrokerSession {
  readonly id = randomUUID();
  readonly publisher: Publisher;
  /** Resolves when it has ended and its socket is closed, be it opened or not. */
  readonly ended: Promise<VaqueroError>;

  readonly #redis: Redis;
  readonly #failures: Failures;
  readonly #backlog: Backlog;
  /** What ended it, first of all. */
  #cause: unknown;
  #heartbeat: NodeJS.Timeout | undefined;
  #bytesRead = 0;
  #silent = 0;

  /** @param bufferLimit - bytes that may wait while Redis is away */
  constructor(address: Address, failures: Failures, keys: Keys, events: SessionEvents, bufferLimit: number) {
    this.#failures = failures;
    this.#backlog = new Backlog(bufferLimit);
    this.#redis = clientOf(address);
    const runner: CommandRunner = {
      call: (command, ...args) => this.#redis.call(command, ...args),
      unheard: (tag) => events.unheard(tag),
      failed: (error) => this.end(error),
    };
    this.publisher = new Publisher(runner, keys.ended(this.id), this.#backlog);
    this.#redis.on('error', (error) => this.end(error));
    this.#redis.on('messageBuffer', (channel: Buffer, message: Buffer) => events.message(channel.toString('latin1'), message));
    this.ended = new Promise((resolve) => {
      this.#redis.once('end', () => resolve(this.#finish()));
    });
  }

  /**
   * Connects and finds out whether this is a Redis that can carry a bus; rejects if it is not, or with what it was ended with.
   */
  async open(): Promise<void> {
    try {
      await this.#redis.connect();
      this.#checkServer(await this.#redis.call('HELLO', '3', 'SETNAME', 'vaquero'));
      this.#heartbeat = setInterval(this.#beat, PING_INTERVAL).unref();
    } catch (error) {
      this.end(error);
      throw this.#failures.of(this.#cause);
    }
  }

  get unacknowledged(): number {
    return this.#backlog.messages;
  }

  /** Runs a command, and answers strings as bytes. */
  async call(command: string, ...args: (string | Buffer)[]): Promise<unknown> {
    try {
      return await this.#redis.callBuffer(command, ...args);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  async subscribe(channels: readonly string[]): Promise<Refusals> {
    const batches: Promise<[string, VaqueroError][]>[] = [];
    for (let i = 0; i < channels.length; i += BATCH) batches.push(this.#subscribe(channels.slice(i, i + BATCH)));
    const refusals = await Promise.all(batches);
    this.#throwIfOver();
    return new Map(refusals.flat());
  }

  unsubscribe(channel: string): void {
    this.#redis.unsubscribe(channel).catch((error: unknown) => this.end(error));
  }

  async drain(): Promise<void> {
    this.publisher.flush();
    // Answers come in the order of the commands.
    await this.#redis.ping().catch((error: unknown) => this.end(error));
  }

  end(cause: unknown): void {
    if (this.#over) return;
    this.#cause = cause;
    this.#redis.disconnect();
  }

  /** It has ended, or is about to. */
  get #over(): boolean {
    return this.#cause !== undefined;
  }

  #throwIfOver(): void {
    if (this.#over) throw this.#failures.of(this.#cause);
  }

  /** What is refused of some channels. One that is not permitted refuses all that the command has, so each is then subscribed to alone. */
  async #subscribe(channels: readonly string[]): Promise<[string, VaqueroError][]> {
    try {
      await this.#redis.subscribe(...channels);
      return [];
    } catch (error) {
      const failure = this.#failed(error);
      this.#throwIfOver();
      if (channels.length === 1 || failure.code !== 'VAQUERO_BUS_DENIED') return channels.map((channel) => [channel, failure]);
      return (await Promise.all(channels.map((channel) => this.#subscribe([channel])))).flat();
    }
  }

  /** What a command failed with: Redis refused it, or the connection is at its end, as that to a master that is none any more. */
  #failed(error: unknown): VaqueroError {
    const { name, message } = error as Error;
    if (name !== 'ReplyError' || message.startsWith('READONLY')) this.end(error);
    return this.#failures.of(this.#cause ?? error);
  }

  /**
   * HELLO answers names and values in turn. Whatever took to the protocol says so with its number, be it called redis, valkey or anything else; an echo has
   * none.
   */
  #checkServer(hello: unknown): void {
    const fields = Array.isArray(hello) ? hello : [];
    const [proto, mode, role] = ['proto', 'mode', 'role'].map((name) => fields[fields.indexOf(name) + 1]);
    if (proto !== 3) throw this.#failures.noRedis();
    if (mode === 'cluster' || mode === 'sentinel') throw this.#failures.unsupported(`it runs in ${mode} mode`);
    if (role === 'replica') throw this.#failures.unsupported('it is a replica');
  }

  /** Counts pings and not time: a process that stood still itself has not missed more than one. */
  readonly #beat = (): void => {
    const { bytesRead } = this.#redis.stream;
    this.#silent = bytesRead === this.#bytesRead ? this.#silent + 1 : 0;
    this.#bytesRead = bytesRead;
    if (this.#silent === PATIENCE) this.end(new Error(`it has answered nothing for ${PATIENCE * PING_INTERVAL} ms`));
    else this.#redis.ping().catch((error: unknown) => this.end(error));
  };

  #finish(): VaqueroError {
    this.#cause ??= new Error('the connection was closed');
    clearInterval(this.#heartbeat);
    return this.#failures.of(this.#cause);
  }
}

/** Nothing is kept, tried or sent again by the client. */
function clientOf({ host, port, tls, db, username, password }: Address): Redis {
  return new Redis({
    host,
    port,
    db,
    ...(tls && { tls: {} }),
    ...(username !== '' && { username }),
    ...((username !== '' || password !== '') && { password }),
    protocol: 3,
    disableClientInfo: true,
    lazyConnect: true,
    // The session has a deadline of its own, for more than the first packet.
    connectTimeout: 0,
    disconnectTimeout: 0,
    retryStrategy: null,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
  });
}
