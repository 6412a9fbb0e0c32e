import type { VaqueroError } from '../../core/errors.js';
import { withClient } from '../client.js';
import type { Dialer } from '../session-keeper.js';
import { type Address, nameOf } from './address.js';
import { Failures } from './failures.js';
import type { Keys } from './keys.js';
import { tryRights } from './rights.js';
import type { Session, SessionEvents } from './session.js';

/**
 * Milliseconds that Redis remembers that a session has ended: longer than it can stand still and find its sockets as they were.
 */
const FENCE_TTL = 3_600_000;

/** How Redis is spoken to. */
export interface DialOptions {
  /** What the names of an application begin with. */
  readonly prefix: string;
  /** Milliseconds within which there is a session, or a reason why not. */
  readonly connectTimeout: number;
  /** Bytes that may wait while Redis is away. */
  readonly bufferLimit: number;
}

/** Opens sessions with one Redis. */
export class RedisDialer implements Dialer<Session> {
  readonly name: string;

  readonly #address: Address;
  readonly #keys: Keys;
  readonly #options: DialOptions;
  readonly #events: SessionEvents;
  readonly #failures: Failures;

  constructor(address: Address, keys: Keys, options: DialOptions, events: SessionEvents) {
    this.name = nameOf(address);
    this.#address = address;
    this.#keys = keys;
    this.#options = options;
    this.#events = events;
    this.#failures = new Failures(address);
  }

  async dial(closing: AbortSignal, lost: Session | undefined): Promise<Session> {
    const { Session } = await withClient('RedisBus', ['ioredis'], () => import('./session.js'));
    closing.throwIfAborted();
    const { bufferLimit, connectTimeout } = this.#options;
    const session = new Session(this.#address, this.#failures, this.#keys, this.#events, bufferLimit);
    const late = () => session.end(new Error(`there was no answer within ${connectTimeout} ms`));
    const closed = () => session.end(closing.reason);
    const timer = setTimeout(late, connectTimeout);
    closing.addEventListener('abort', closed);
    try {
      await session.open();
      if (lost !== undefined) await session.call('SET', this.#keys.ended(lost.id), '', 'PX', String(FENCE_TTL));
      await tryRights(session, this.#keys);
      return session;
    } catch (error) {
      session.end(error);
      throw await session.ended;
    } finally {
      clearTimeout(timer);
      closing.removeEventListener('abort', closed);
    }
  }

  failure(thrown: unknown): VaqueroError {
    return this.#failures.of(thrown);
  }
}
