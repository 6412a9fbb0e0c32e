import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { VaqueroError } from '../../core/errors.js';
import type { Address } from './address.js';
import type { Failures } from './failures.js';
import { type Carrier, Outbox } from './outbox.js';

/** Milliseconds from one ping to the next, and pings that may stay unanswered: a Redis that stands still is noticed after 4 to 6 seconds. */
const PING_INTERVAL = 2_000;
const MAX_SILENCE = 2;

/** Bytes that may wait to be sent. A Redis that lets more wait does not keep up, and memory has an end. */
const MAX_BACKLOG = 67_108_864;

/** Channels that one command subscribes to. */
const BATCH = 1_000;

/** What a session tells. */
export interface SessionEvents {
  message(channel: string, message: Buffer): void;
  unheard(tag: string): void;
  /** It is over, be it opened or not: why, and how many messages were not acknowledged. Told once. */
  ended(session: Session, failure: VaqueroError, unacknowledged: number): void;
}

/**
 * One connection to Redis, from beginning to end; a lost one is not connected again, another takes its place. The client's own reconnecting is
 * not used, for it can resend what was sent before. RESP3 lets one connection publish and be subscribed, so that there are not two that can end apart.
 */
export class Session {
  readonly id = randomUUID();
  readonly outbox: Outbox;
  /** Resolves when it is over and its socket is closed. */
  readonly closed: Promise<void>;

  readonly #redis: Redis;
  readonly #failures: Failures;
  readonly #events: SessionEvents;
  #cause: unknown;
  #ending = false;
  #heartbeat: NodeJS.Timeout | undefined;
  #bytesRead = 0;
  #silence = 0;

  /** `fences` begins the key that says that a session has ended. */
  constructor(address: Address, failures: Failures, fences: string, events: SessionEvents) {
    this.#failures = failures;
    this.#events = events;
    this.#redis = clientOf(address);
    const carrier: Carrier = {
      call: (command, ...args) => this.#send(command, args),
      unheard: (tag) => events.unheard(tag),
      failed: (error) => this.end(error),
    };
    this.outbox = new Outbox(carrier, fences + this.id);
    this.#redis.on('error', (error) => {
      this.#cause ??= error;
    });
    this.#redis.on('messageBuffer', (channel: Buffer, message: Buffer) => events.message(channel.toString('latin1'), message));
    this.closed = new Promise((resolve) => {
      this.#redis.once('end', () => {
        this.#ended();
        resolve();
      });
    });
  }

  /** Connects and finds out whether this is a Redis that can carry a bus; rejects when it is not, or with what it was ended with. */
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

  /** Runs a command, and answers strings as bytes. */
  async call(command: string, ...args: (string | Buffer)[]): Promise<unknown> {
    try {
      return await this.#redis.callBuffer(command, ...args);
    } catch (error) {
      // One that was the master and is none any more; another may be found where it was.
      if (/^READONLY\b/.test((error as Error).message)) this.end(error);
      throw this.#failures.of(this.#cause ?? error);
    }
  }

  /** Resolves when Redis has acknowledged all of them. */
  async subscribe(channels: readonly string[]): Promise<void> {
    const batches: Promise<unknown>[] = [];
    for (let i = 0; i < channels.length; i += BATCH) batches.push(this.#redis.subscribe(...channels.slice(i, i + BATCH)));
    try {
      await Promise.all(batches);
    } catch (error) {
      throw this.#failures.of(this.#cause ?? error);
    }
  }

  unsubscribe(channel: string): void {
    this.#redis.unsubscribe(channel).catch((error: unknown) => this.end(error));
  }

  /** Resolves when everything is acknowledged that was published, or when the session is over. */
  async drain(): Promise<void> {
    this.outbox.flush();
    // Answers come in the order of the commands.
    await this.#redis.ping().catch((error: unknown) => this.end(error));
  }

  /** Cuts the connection, if it is not; the first cause is the one that is told. */
  end(cause: unknown): void {
    this.#cause ??= cause;
    if (this.#ending) return;
    this.#ending = true;
    this.#redis.disconnect();
  }

  #send(command: string, args: (string | Buffer)[]): Promise<unknown> {
    const sent = this.#redis.call(command, ...args);
    if (this.#redis.stream.writableLength > MAX_BACKLOG) this.end(new Error(`more than ${MAX_BACKLOG} bytes wait to be sent`));
    return sent;
  }

  /** HELLO answers names and values in turn. */
  #checkServer(hello: unknown): void {
    const fields = hello as unknown[];
    const mode = fields[fields.indexOf('mode') + 1];
    const role = fields[fields.indexOf('role') + 1];
    if (mode === 'cluster' || mode === 'sentinel') throw this.#failures.unsupported(`it runs in ${mode} mode`);
    if (role === 'replica') throw this.#failures.unsupported('it is a replica');
  }

  /** Counts pings and not time: a process that stood still itself has not missed more than one. */
  readonly #beat = (): void => {
    const { bytesRead } = this.#redis.stream;
    this.#silence = bytesRead === this.#bytesRead ? this.#silence + 1 : 0;
    this.#bytesRead = bytesRead;
    if (this.#silence >= MAX_SILENCE) this.end(new Error(`it has answered nothing for ${MAX_SILENCE * PING_INTERVAL} ms`));
    else this.#redis.ping().catch((error: unknown) => this.end(error));
  };

  #ended(): void {
    this.#ending = true;
    clearInterval(this.#heartbeat);
    const failure = this.#failures.of(this.#cause ?? new Error('it closed the connection'));
    this.#events.ended(this, failure, this.outbox.unacknowledged);
  }
}

/** Nothing is kept, tried or sent again by the client. */
function clientOf({ host, port, tls, db, username, password }: Address): Redis {
  return new Redis({
    host,
    port,
    db,
    ...(tls && { tls: { servername: host } }),
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
