import { VaqueroError } from '../../core/errors.js';
import { withClient } from '../client.js';
import type { Dialer } from '../session-keeper.js';
import { failure } from './failure.js';
import type { Opener, OpenOptions } from './opener.js';
import { addressOf, type NatsServer, nameOf } from './server.js';
import type { Session, SessionEvents } from './session.js';
import type { Streams } from './streams.js';

/** Where servers are, and how they are spoken to. */
export interface DialOptions extends OpenOptions {
  readonly servers: readonly NatsServer[];
  /** Milliseconds within which there is a session, or a reason why not. */
  readonly connectTimeout: number;
}

const PACKAGES = ['@nats-io/transport-node', '@nats-io/jetstream'];

/** Finds a server to open a session with. */
export class NatsDialer implements Dialer<Session> {
  readonly name: string;

  readonly #options: DialOptions;
  readonly #events: SessionEvents;
  readonly #tryTables: (streams: Streams) => Promise<void>;
  readonly #secrets: readonly string[];
  #maxPayload = 0;

  /** @param tryTables - does once what will be done with the tables */
  constructor(options: DialOptions, events: SessionEvents, tryTables: (streams: Streams) => Promise<void>) {
    this.name = `NATS at ${options.servers.map(addressOf).join(', ')}`;
    this.#options = options;
    this.#events = events;
    this.#tryTables = tryTables;
    this.#secrets = secretsOf(options);
  }

  /** Bytes that the server of the last session takes in one message. */
  get maxPayload(): number {
    return this.#maxPayload;
  }

  /** Opens a session with one of the servers, tried in any order, so that nodes spread over them. */
  async dial(closing: AbortSignal, lost: Session | undefined): Promise<Session> {
    const { Opener } = await withClient('NatsBus', PACKAGES, () => import('./opener.js'));
    closing.throwIfAborted();
    const opener = new Opener(this.#options, this.#events, this.#tryTables);
    const until = performance.now() + this.#options.connectTimeout;
    const failures: VaqueroError[] = [];
    const servers = shuffled(this.#options.servers);
    for (const [i, server] of servers.entries()) {
      const share = Math.max(1, Math.ceil((until - performance.now()) / (servers.length - i)));
      try {
        const session = await this.#try(opener, server, share, closing, lost);
        this.#maxPayload = session.maxPayload;
        return session;
      } catch (error) {
        closing.throwIfAborted();
        failures.push(failure(nameOf(server), error, this.#secrets));
      }
    }
    throw together(failures);
  }

  failure(thrown: unknown): VaqueroError {
    return failure(this.name, thrown, this.#secrets);
  }

  async #try(opener: Opener, server: NatsServer, timeout: number, closing: AbortSignal, lost?: Session): Promise<Session> {
    // Not AbortSignal.any: what it makes is never quite let go of while `closing` lives, and in an outage there are many attempts.
    const attempt = new AbortController();
    const closed = () => attempt.abort(closing.reason);
    const timer = setTimeout(() => attempt.abort(noAnswer(server, timeout)), timeout);
    closing.addEventListener('abort', closed);
    try {
      return await unlessAborted(opener.open(server, timeout, attempt.signal, lost), attempt.signal);
    } catch (error) {
      throw attempt.signal.aborted ? attempt.signal.reason : error;
    } finally {
      clearTimeout(timer);
      closing.removeEventListener('abort', closed);
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
