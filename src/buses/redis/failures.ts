import { VaqueroError } from '../../core/errors.js';
import { type Address, nameOf } from './address.js';

/** The last two are said of what scripts may not do. */
const DENIED = /^(NOAUTH|WRONGPASS|NOPERM|DENIED|ERR The user executing the script|ERR ACL failure)\b/;
const TOO_OLD = /^(ERR unknown command|NOPROTO)/i;

/** The client's own words for what is no answer of any Redis. */
const NO_REDIS = /^Unknown RESP/;

/** The client's own words for a connection that has ended. */
const CLOSED = /^(Connection is closed|Stream isn't writeable)/;

/** Makes what went wrong with one Redis into errors that can be shown: they name it, and tell neither user nor password. */
export class Failures {
  readonly #name: string;
  readonly #secrets: readonly string[];

  constructor(address: Address) {
    this.#name = nameOf(address);
    const { username, password } = address;
    const secrets = [password, encodeURIComponent(password), username, encodeURIComponent(username)];
    this.#secrets = secrets.filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
  }

  /** An error of Redis, of the client or of the network, by what can be done about it. */
  of(error: unknown): VaqueroError {
    if (VaqueroError.is(error)) return error;
    const cause = this.#shown(error);
    if (DENIED.test(cause.message)) return this.#denied(cause);
    if (NO_REDIS.test(cause.message)) return this.noRedis(cause);
    if (TOO_OLD.test(cause.message))
      return this.unsupported(`it does not answer as a Redis from 6.0 on does: ${cause.message}`, cause);
    return this.unavailable(cause.message, cause);
  }

  unavailable(reason: string, cause?: Error): VaqueroError {
    return new VaqueroError(
      'VAQUERO_BUS_UNAVAILABLE',
      `${this.#name} is not available: ${reason}. Check the url, and that Redis runs there and takes connections.`,
      { cause },
    );
  }

  unsupported(reason: string, cause?: Error): VaqueroError {
    return new VaqueroError(
      'VAQUERO_BUS_UNSUPPORTED',
      `${this.#name} cannot carry a bus: ${reason}. Give the url of one Redis, version 6.0 or later, that takes writes.`,
      { cause },
    );
  }

  noRedis(cause?: Error): VaqueroError {
    return this.unsupported('what answers there is no Redis', cause);
  }

  #denied(cause: Error): VaqueroError {
    return new VaqueroError(
      'VAQUERO_BUS_DENIED',
      `${this.#name} refuses the bus: ${cause.message}. Check user and password in the url, and what this user may do.`,
      { cause },
    );
  }

  /**
   * The client's errors carry the command that failed, which may be the one with the password, and some servers repeat what they
   * were sent.
   */
  #shown(error: unknown): Error {
    // Where a host has several addresses, each has failed in its own way.
    const { message, code, errors = [] } = error as NodeJS.ErrnoException & Partial<AggregateError>;
    const said = message !== '' ? message : errors.map((one: Error) => one.message).join('; ');
    let text = CLOSED.test(said) ? 'the connection was closed' : said.replace(/\.$/, '');
    for (const secret of this.#secrets) text = text.replaceAll(secret, '***');
    return code === undefined ? new Error(text) : Object.assign(new Error(text), { code });
  }
}
