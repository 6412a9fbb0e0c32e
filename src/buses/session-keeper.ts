import { systemClock } from '../core/clock.js';
import type { BrokerEvents } from '../core/cluster/broker.js';
import { whileAnswered } from '../core/cluster/patience.js';
import { VaqueroError } from '../core/errors.js';
import { NOBODY } from './nobody.js';
import { PendingSubscriptions, type Refusals } from './pending-subscriptions.js';
import { Reconnector } from './reconnector.js';

/** Milliseconds for which a broker may acknowledge nothing of what was published when it is taken leave of. */
const FAREWELL_PATIENCE = 2_000;

/** One connection to a broker, from when it can be used until it has ended. It does not reconnect: another takes its place. */
export interface BrokerSession {
  /** Resolves when it has ended, with the reason; rejects never. */
  readonly ended: Promise<Error>;
  /** Messages that were published and may have arrived or not. */
  readonly unacknowledged: number;
  /** Resolves when the broker has answered for all of the channels, to those that it refused. Rejects when the session ends before. */
  subscribe(channels: readonly string[]): Promise<Refusals>;
  unsubscribe(channel: string): void;
  /** Resolves when the broker has acknowledged everything that was published, or when the session has ended; rejects never. */
  drain(): Promise<unknown>;
  /** Cuts the connection, if it is not; the first reason is the one that `ended` has. */
  end(reason: Error): void;
}

/** How a keeper comes to sessions. */
export interface Dialer<Session extends BrokerSession> {
  /** What errors call the broker. */
  readonly name: string;
  /**
   * Opens a session, or rejects with a coded error within a time limit, and when the bus is closing: then with the signal's reason.
   * @param lost - the session whose place it takes; nothing of it may arrive after what is published on the new one
   */
  dial(closing: AbortSignal, lost: Session | undefined): Promise<Session>;
  /** What a session ended with, or refused, as an error with a code. */
  failure(thrown: unknown): VaqueroError;
}

/**
 * Keeps a broker connected, by one session after another, until it is closed: what was subscribed to is restored in each. The half of a `Broker` that is the
 * same whatever the broker is.
 */
export class SessionKeeper<Session extends BrokerSession> {
  readonly #dialer: Dialer<Session>;
  readonly #closing = new AbortController();
  /** What is to be subscribed to, whatever becomes of sessions. */
  readonly #channels = new Set<string>();
  readonly #pending = new PendingSubscriptions();
  readonly #reconnector = new Reconnector();
  #events = NOBODY;
  /** Takes subscriptions; all others are restored in it, or being so. */
  #session: Session | undefined;
  /** Everything is restored in the session. */
  #restored = false;
  /** The last that was lost, until another has taken its place. */
  #lost: Session | undefined;
  /** In this outage it was told that the broker refuses who connects. */
  #refusalTold = false;
  /** The attempt to connect that is under way, or was the last. */
  #attempt: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(dialer: Dialer<Session>) {
    this.#dialer = dialer;
  }

  /** Who is told: nobody before `connect`, and from `close` on. */
  get events(): BrokerEvents {
    return this.#events;
  }

  /** The session that is connected, with everything subscribed to. Throws `VAQUERO_BUS_UNAVAILABLE` where there is none. */
  get connected(): Session {
    if (this.#session !== undefined && this.#restored) return this.#session;
    throw this.#unavailable(
      'there is no connection to it now; while the bus is open it is sought again, and bus.status says when it is back',
    );
  }

  /** As that of a `Broker`. */
  connect(events: BrokerEvents): Promise<void> {
    this.#events = events;
    return this.#connect();
  }

  /** As that of a `Broker`. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** As that of a `Broker`; rejects with why the broker refused it. */
  async subscribe(channel: string): Promise<void> {
    this.#channels.add(channel);
    const refusal = await this.#acknowledged(channel);
    if (refusal === undefined) return;
    this.#channels.delete(channel);
    throw this.#dialer.failure(refusal);
  }

  /** As that of a `Broker`. */
  unsubscribe(channel: string): void {
    if (this.#channels.delete(channel)) this.#session?.unsubscribe(channel);
  }

  /** Tells that something is not permitted. While a session is opened nothing is told: the opening fails with it. */
  denied(error: Error): void {
    if (this.#session !== undefined) this.#events.failed(this.#dialer.failure(error));
  }

  /** Resolves when a channel is acknowledged, in this session or the next, or to why it was refused. */
  async #acknowledged(channel: string): Promise<Error | undefined> {
    if (this.#session === undefined) return this.#pending.wait(channel);
    try {
      const refusals = await this.#session.subscribe([channel]);
      return refusals.get(channel);
    } catch {
      // The session has ended, which is told; the next one restores this channel with the others.
      return this.#pending.wait(channel);
    }
  }

  #connect(): Promise<void> {
    this.#attempt = this.#establish();
    return this.#attempt;
  }

  /** Opens a session and subscribes to everything; what is subscribed to or left meanwhile goes to the same session. */
  async #establish(): Promise<void> {
    const { signal } = this.#closing;
    signal.throwIfAborted();
    const session = await this.#dialer.dial(signal, this.#lost);
    if (signal.aborted) return this.#discard(session, signal.reason);
    this.#session = session;
    try {
      const refusals = await session.subscribe([...this.#channels]);
      signal.throwIfAborted();
      this.#take(session, refusals);
    } catch (error) {
      this.#session = undefined;
      return this.#discard(session, error as Error);
    }
  }

  /** Ends a session that cannot be used, or that comes as the bus is closed. */
  async #discard(session: Session, reason: Error): Promise<never> {
    session.end(reason);
    throw this.#dialer.failure(await session.ended);
  }

  #take(session: Session, refusals: Refusals): void {
    const failures = [...refusals.values()].map((refusal) => this.#dialer.failure(refusal));
    // What is not permitted stays so; anything else may be otherwise at the next attempt.
    const passing = failures.find(({ code }) => code !== 'VAQUERO_BUS_DENIED');
    if (passing !== undefined) throw passing;
    this.#restored = true;
    this.#reconnector.connected();
    void session.ended.then((reason) => this.#ended(session, reason));
    for (const failure of failures) this.#events.failed(failure);
    this.#pending.settle(refusals);
    if (this.#lost === undefined) return;
    this.#lost = undefined;
    this.#events.up();
  }

  #ended(session: Session, reason: Error): void {
    if (session !== this.#session) return;
    this.#session = undefined;
    this.#restored = false;
    this.#lost = session;
    if (session.unacknowledged > 0) this.#events.lost(session.unacknowledged);
    this.#events.down(this.#dialer.failure(reason));
    this.#refusalTold = false;
    void this.#reconnector.reconnect(() => this.#reconnect(), this.#closing.signal); // never rejects
  }

  /** That the broker is still away is no news; that it is there and refuses who connects is, once: somebody must do something. */
  async #reconnect(): Promise<void> {
    try {
      await this.#connect();
    } catch (error) {
      if (!this.#refusalTold && VaqueroError.is(error, 'VAQUERO_BUS_DENIED')) {
        this.#refusalTold = true;
        this.#events.failed(error);
      }
      throw error;
    }
  }

  async #close(): Promise<void> {
    const session = this.#session;
    const closed = this.#unavailable('its bus was closed, and a new one is needed');
    this.#session = undefined;
    this.#events = NOBODY;
    this.#closing.abort(closed);
    this.#pending.close(closed);
    if (session !== undefined) {
      await whileAnswered(session.drain(), systemClock, FAREWELL_PATIENCE, () => session.unacknowledged);
      session.end(closed);
      await session.ended;
    }
    await this.#attempt?.catch(() => undefined); // who asked for it has been told
  }

  #unavailable(why: string): VaqueroError {
    return new VaqueroError('VAQUERO_BUS_UNAVAILABLE', `${this.#dialer.name} is not available: ${why}.`);
  }
}
