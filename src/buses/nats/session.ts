import {
  createInbox,
  type Msg,
  type NatsConnection,
  PermissionViolationError,
  RequestError,
  type Subscription,
  TimeoutError,
} from '@nats-io/transport-node';
import type { BrokerEvents } from '../../core/cluster/broker.js';
import { Backlog } from '../backlog.js';
import type { Refusals } from '../pending-subscriptions.js';
import type { BrokerSession } from '../session-keeper.js';
import { Acknowledgements } from './acknowledgements.js';
import type { Streams } from './streams.js';

/** What a session tells while it lasts. */
export interface SessionEvents extends Pick<BrokerEvents, 'message' | 'unheard'> {
  /** A message was not taken, for its channel is not permitted. */
  denied(error: Error): void;
}

/** A channel that was subscribed to. */
interface Interest {
  readonly subscription: Subscription;
  /** Why the server does not permit it: known when the subscription is acknowledged. */
  refusal?: Error;
}

/** Milliseconds after which it is asked again whether an earlier session is gone. */
const ASK_AGAIN = 50;

/** The status with which the server answers a message that nobody is subscribed to. */
const NO_RESPONDERS = 503;

/**
 * One connection, from when it is open until it has ended. It does not reconnect: what nats.js takes for a server that is away it may send later, and of a
 * frozen server whose socket is full it is never rid. So a session ends with all that was in it, and the next is a new one.
 */
export class Session implements BrokerSession {
  /** Bytes that one message may have; headers would count, subjects do not. */
  readonly maxPayload: number;
  readonly ended: Promise<Error>;

  readonly #nats: NatsConnection;
  readonly #events: SessionEvents;
  readonly #backlog: Backlog;
  readonly #acknowledgements: Acknowledgements;
  readonly #interests = new Map<string, Interest>();
  /** Replies come here, by tag; the only ones are those that say that nobody is subscribed. */
  readonly #inbox: string;
  #denied: Error | undefined;
  #reason: Error | undefined;

  /** @param bufferLimit - bytes that may wait while the server is away */
  constructor(
    nats: NatsConnection,
    readonly streams: Streams,
    events: SessionEvents,
    inboxPrefix: string,
    bufferLimit: number,
  ) {
    this.#nats = nats;
    this.#events = events;
    this.#inbox = `${createInbox(inboxPrefix)}.`;
    this.maxPayload = nats.info?.max_payload ?? 0;
    this.#backlog = new Backlog(bufferLimit);
    this.#acknowledgements = new Acknowledgements(() => nats.flush(), this.#backlog);
    this.ended = this.#end();
    void this.#watch();
    nats.subscribe(`${this.#inbox}*`, { callback: (error, reply) => this.#replied(error, reply) });
  }

  /** The first thing that was not permitted. */
  get denied(): Error | undefined {
    return this.#denied;
  }

  get unacknowledged(): number {
    return this.#backlog.messages;
  }

  publish(channel: string, message: Uint8Array): void {
    if (this.#takes(channel, message)) this.#nats.publish(channel, message);
  }

  post(channel: string, message: Uint8Array, tag: string): void {
    if (this.#takes(channel, message)) this.#nats.publish(channel, message, { reply: this.#inbox + tag });
  }

  async subscribe(channels: readonly string[]): Promise<Refusals> {
    const interests = this.#nats.isClosed() ? [] : channels.map((channel) => this.#interestIn(channel));
    if (!(await this.drain())) throw await this.ended;
    const refusals = new Map<string, Error>();
    for (const [i, { refusal }] of interests.entries()) {
      if (refusal !== undefined) refusals.set(channels[i] as string, refusal);
    }
    return refusals;
  }

  unsubscribe(channel: string): void {
    this.#interests.get(channel)?.subscription.unsubscribe();
    this.#interests.delete(channel);
  }

  /** Resolves when the server has acknowledged all that it was given: true; or when the session has ended before: false. */
  drain(): Promise<boolean> {
    return this.#acknowledgements.all();
  }

  /**
   * Waits until the server knows that an earlier session has ended, and has read all that was in it: what is published from then on cannot overtake that.
   * In a cluster whose other server is frozen that could take minutes, so no longer than some milliseconds.
   */
  async follow(earlier: Session, longest: number): Promise<void> {
    const until = performance.now() + longest;
    while (performance.now() < until && !(await this.#isGone(earlier))) {}
  }

  /** What the server answers from now on is not heard. */
  end(reason: Error): void {
    this.#reason ??= reason;
    this.#acknowledgements.end();
    void this.#nats.close();
  }

  #interestIn(channel: string): Interest {
    const known = this.#interests.get(channel);
    if (known !== undefined) return known;
    const callback = (error: Error | null, message: Msg) => {
      if (error === null) return this.#events.message(channel, message.data);
      interest.refusal = error;
      if (this.#interests.get(channel) === interest) this.#interests.delete(channel);
    };
    const interest: Interest = { subscription: this.#nats.subscribe(channel, { callback }) };
    this.#interests.set(channel, interest);
    return interest;
  }

  /** Nobody is subscribed to the inbox of a session that is gone; one that is there keeps silent. */
  async #isGone(earlier: Session): Promise<boolean> {
    try {
      await this.#nats.request(`${earlier.#inbox}there`, undefined, { timeout: ASK_AGAIN });
      return false;
    } catch (error) {
      if (error instanceof TimeoutError) return false;
      if (error instanceof RequestError && error.isNoResponders()) return true;
      throw error;
    }
  }

  async #end(): Promise<Error> {
    const error = await this.#nats.closed();
    this.#acknowledgements.end();
    return this.#reason ?? error ?? new Error('the server closed the connection');
  }

  async #watch(): Promise<void> {
    for await (const status of this.#nats.status()) {
      if (status.type === 'staleConnection') this.end(new Error('the server does not answer'));
      else if (status.type === 'error') this.#failed(status.error);
    }
  }

  /** Tells what is told to nobody else: subscriptions and requests learn themselves what is not permitted. */
  #failed(error: Error): void {
    if (!(error instanceof PermissionViolationError)) return; // the server ends the connection, with this as the reason
    this.#denied ??= error;
    if (error.operation === 'publish' && !error.subject.startsWith('$JS.')) this.#events.denied(error);
  }

  #replied(error: Error | null, reply: Msg): void {
    if (error !== null || reply.headers?.code !== NO_RESPONDERS) return;
    this.#events.unheard(reply.subject.slice(this.#inbox.length));
  }

  /** Counts a message; false if it is lost, for the session has ended and nobody was told yet. */
  #takes(channel: string, message: Uint8Array): boolean {
    this.#acknowledgements.message(channel, message);
    if (this.#backlog.isOver) this.end(this.#backlog.reason);
    // nats.js takes some time to close.
    return this.#reason === undefined && !this.#nats.isClosed();
  }
}
