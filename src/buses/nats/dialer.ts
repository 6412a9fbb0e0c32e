import { VaqueroError } from '../../core/errors.js';
import { failure } from './failure.js';
import { Opener, type OpenOptions } from './opener.js';
import { type NatsServer, nameOf } from './server.js';
import type { Session, SessionEvents } from './session.js';
import type { Streams } from './streams.js';

/** Where servers are, and how they are spoken to. */
export interface DialOptions extends OpenOptions {
  readonly servers: readonly NatsServer[];
  /** Milliseconds within which there is a session, or a reason why not. */
  readonly connectTimeout: number;
}

/** Finds a server to open a session with. */
export class Dialer {
  readonly #options: DialOptions;
  readonly #opener: Opener;
  readonly #secrets: readonly string[];

  /** @param tryTables - does once what will be done with the tables */
  constructor(options: DialOptions, events: SessionEvents, tryTables: (streams: Streams) => Promise<void>) {
    this.#options = options;
    this.#opener = new Opener(options, events, tryTables);
    this.#secrets = secretsOf(options);
  }

  /**
   * Opens a session with one of the servers, tried in any order, so that nodes spread over them. Rejects with `VAQUERO_BUS_UNAVAILABLE`,
   * `VAQUERO_BUS_DENIED` or `VAQUERO_BUS_UNSUPPORTED`, within `connectTimeout` and when the bus is closing.
   * @param before - the session whose place it takes
   */
  async dial(closing: AbortSignal, before?: Session): Promise<Session> {
    const until = performance.now() + this.#options.connectTimeout;
    const failures: VaqueroError[] = [];
    const servers = shuffled(this.#options.servers);
    for (const [i, server] of servers.entries()) {
      const share = Math.max(1, Math.ceil((until - performance.now()) / (servers.length - i)));
      try {
        return await this.#try(server, share, closing, before);
      } catch (error) {
        failures.push(this.failure(nameOf(server), error));
      }
    }
    throw together(failures);
  }

  /** What went wrong, as an error with a code that shows no secret. */
  failure(name: string, thrown: unknown): VaqueroError {
    return failure(name, thrown, this.#secrets);
  }

  async #try(server: NatsServer, timeout: number, closing: AbortSignal, before?: Session): Promise<Session> {
    const tooLate = AbortSignal.timeout(timeout);
    const signal = AbortSignal.any([closing, tooLate]);
    const opening = this.#opener.open(server, timeout, signal, before);
    try {
      return await unlessAborted(opening, signal);
    } catch (error) {
      throw tooLate.aborted ? noAnswer(server, timeout) : error;
    }
  }
}

/** What no error may show, longest first: one may be part of another. */
function secretsOf({ pass, token, servers }: DialOptions): string[] {
  const inUrls = servers.flatMap(({ credentials = {} }) => Object.entries(credentials).filter(([key]) => key !== 'user'));
  const plain = [pass ?? '', token ?? '', ...inUrls.map(([, secret]) => secret as string)].filter((secret) => secret !== '');
  return [...plain, ...plain.map(encodeURIComponent)].sort((a, b) => b.length - a.length);
}

/** What the promise says, unless the signal comes before; what it says then is nobody's. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([promise, aborted]);
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

function noAnswer(server: NatsServer, timeout: number): VaqueroError {
  return new VaqueroError(
    'VAQUERO_BUS_UNAVAILABLE',
    `${nameOf(server)} did not answer within ${timeout} ms. Is it overloaded or suspended, or is something else there?`,
  );
}

/** One that answered and will not do says more than those that did not answer. */
function together(failures: readonly VaqueroError[]): VaqueroError {
  const telling = failures.find(({ code }) => code !== 'VAQUERO_BUS_UNAVAILABLE') ?? failures[0];
  if (telling !== undefined && (failures.length === 1 || telling.code !== 'VAQUERO_BUS_UNAVAILABLE')) return telling;
  return new VaqueroError(
    'VAQUERO_BUS_UNAVAILABLE',
    `None of ${failures.length} servers can be used. ${failures.map(({ message }) => message).join(' ')}`,
    { cause: new AggregateError(failures) },
  );
}
