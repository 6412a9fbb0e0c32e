import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { VaqueroError } from '../../core/errors.js';
import { greet } from './greeting.js';
import { addressOf, type NatsServer, nameOf } from './server.js';
import { Session, type SessionEvents } from './session.js';
import { Streams } from './streams.js';

type Tls = NonNullable<NodeConnectionOptions['tls']>;

/** How a server is spoken to. */
export interface OpenOptions {
  /** What the names of an application begin with. */
  readonly prefix: string;
  /** Bytes that may wait while the server is away. */
  readonly bufferLimit: number;
  readonly user?: string | undefined;
  readonly pass?: string | undefined;
  readonly token?: string | undefined;
  readonly authenticator?: NodeConnectionOptions['authenticator'] | undefined;
  readonly tls?: Tls | undefined;
}

/** The oldest server that the tests are run with. */
const MIN_MAJOR = 2;
const MIN_MINOR = 9;

/** Milliseconds between PINGs, and how many may be unanswered: a frozen server is noticed within four seconds. */
const PING_INTERVAL = 1000;
const MAX_PINGS_OUT = 2;

/** Milliseconds that JetStream may take to answer. */
const ANSWER_TIMEOUT = 5000;

/** Milliseconds for which a session that takes the place of another waits until the server knows that that has ended. */
const FOLLOW_LONGEST = 2000;

/** Opens sessions, each with a server that can do and permits what the bus needs. */
export class Opener {
  readonly #options: OpenOptions;
  readonly #events: SessionEvents;
  readonly #tryTables: (streams: Streams) => Promise<void>;

  /** @param tryTables - does once what will be done with the tables */
  constructor(options: OpenOptions, events: SessionEvents, tryTables: (streams: Streams) => Promise<void>) {
    this.#options = options;
    this.#events = events;
    this.#tryTables = tryTables;
  }

  /**
   * Opens a session; nothing is left of it when the signal says so before it is open.
   * @param lost - the session whose place it takes
   */
  async open(server: NatsServer, timeout: number, signal: AbortSignal, lost?: Session): Promise<Session> {
    const tls = await this.#greeted(server, signal);
    const nats = await connect(this.#natsOptions(server, timeout, tls));
    const abort = () => nats.close();
    signal.addEventListener('abort', abort);
    try {
      signal.throwIfAborted();
      const streams = await Streams.over(nats, ANSWER_TIMEOUT);
      const session = new Session(nats, streams, this.#events, this.#inboxPrefix, this.#options.bufferLimit);
      await Promise.race([this.#tryOut(nats, session), session.ended.then(raise)]);
      if (lost !== undefined) await session.follow(lost, Math.min(FOLLOW_LONGEST, timeout / 2));
      return session;
    } catch (error) {
      await nats.close();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Below `prefix` too, so that a user needs few permissions. */
  get #inboxPrefix(): string {
    return `${this.#options.prefix}.inbox`;
  }

  /** Makes sure that a server will do, by what it says before it is asked anything; answers how TLS will be spoken, if it will. */
  async #greeted(server: NatsServer, signal: AbortSignal): Promise<Tls | undefined> {
    const asked = server.tls ? (this.#options.tls ?? {}) : this.#options.tls;
    // A server that begins with TLS says nothing before it.
    if (asked?.handshakeFirst === true) return asked;
    const { version, tls_required, tls_available } = await greet(server, signal);
    const [major = 0, minor = 0] = /^v?(\d+)\.(\d+)\.\d+/.exec(version)?.slice(1).map(Number) ?? [];
    if (major < MIN_MAJOR || (major === MIN_MAJOR && minor < MIN_MINOR)) {
      throw new VaqueroError(
        'VAQUERO_BUS_UNSUPPORTED',
        `${nameOf(server)} is nats-server ${version}; ${MIN_MAJOR}.${MIN_MINOR} is the oldest that will do. Update it.`,
      );
    }
    if (tls_required || tls_available) return asked ?? {};
    if (asked === undefined) return undefined;
    throw new VaqueroError(
      'VAQUERO_BUS_UNSUPPORTED',
      `${nameOf(server)} does not offer TLS, which servers or tls ask for. Configure it there, or do not ask for it.`,
    );
  }

  #natsOptions(server: NatsServer, timeout: number, tls: Tls | undefined): NodeConnectionOptions {
    const { user, pass, token, authenticator } = this.#options;
    // nats.js holds the certificate of a server whose address is an IP against `localhost`, unless Node is told the host.
    const secured = { host: server.host, ...tls };
    return {
      ...server.credentials,
      ...given({ user, pass, token, authenticator, tls: tls && secured }),
      servers: addressOf(server),
      name: this.#options.prefix,
      timeout,
      inboxPrefix: this.#inboxPrefix,
      noEcho: true,
      reconnect: false,
      ignoreClusterUpdates: true,
      noAsyncTraces: true,
      pingInterval: PING_INTERVAL,
      maxPingOut: MAX_PINGS_OUT,
    };
  }

  /** Does once what will be done, so that what is not there or not permitted is told now. */
  async #tryOut(nats: NatsConnection, session: Session): Promise<void> {
    const channel = `${this.#options.prefix}.check`;
    nats.subscribe(channel, { callback: () => undefined }).unsubscribe();
    nats.publish(channel);
    await this.#tryTables(session.streams);
    if (!(await session.drain())) raise(await session.ended);
    if (session.denied !== undefined) raise(session.denied);
  }
}

/** Without what is undefined. */
function given<T extends object>(options: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as ReturnType<typeof given<T>>;
}

function raise(reason: Error): never {
  throw reason;
}
