import { Bus, type BusHost, type BusStatus, checkRef, type Subscriber, type Watcher } from '../bus.js';
import { checkBusOptions } from '../bus-options.js';
import { describe, VaqueroError } from '../errors.js';
import type { Presence } from '../presence.js';
import type { Ref } from '../ref.js';
import type { RequestOptions } from '../request.js';
import type { Broker } from './broker.js';
import { Channels, checkChannelTopic, nodeOf } from './channels.js';
import { ClusterPresence, type PresenceHost } from './cluster-presence.js';
import { decode, encode } from './codec.js';
import { Conversations } from './conversations.js';
import { Kind, seal, unseal } from './envelope.js';
import { Interests } from './interests.js';
import { Link, type LinkEvents, tooLarge } from './link.js';
import { NodeWatch, type Watchman } from './node-watch.js';
import type { Outgoing } from './offline-queue.js';
import { CLUSTER_CHECKS, type ClusterOptions, type CompleteOptions, completeClusterOptions } from './options.js';
import { whileAnswered } from './patience.js';
import { Reports } from './reports.js';
import type { Speaker } from './speaker.js';

/** Milliseconds for which the broker may answer nothing while this node says goodbye. */
const GOODBYE_PATIENCE = 1_000;

/**
 * The bus of many nodes: the same as that of one, and what is for other nodes goes through a broker. Connections of this node are reached
 * without it, so they are while it is away. `RedisBus` and `NatsBus` are made of it; another broker's bus is this one with another `Broker`.
 */
export class ClusterBus extends Bus {
  readonly #broker: Broker;
  readonly #options: CompleteOptions;
  readonly #channels: Channels;
  /** The channel of what other nodes send to this one alone. */
  readonly #inbox: string;
  readonly #reports: Reports;
  readonly #link: Link;
  readonly #interests: Interests;
  readonly #conversations: Conversations;
  readonly #presence: ClusterPresence;
  readonly #nodeWatch: NodeWatch;
  #opening: Promise<void> | null = null;
  #closing: Promise<void> | null = null;
  /** `connect` was called: servers that leave do not close the bus. */
  #held = false;

  /** Throws `VAQUERO_INVALID_OPTION`. Nothing is connected before `connect`, `serve` or `attach`. */
  constructor(broker: Broker, options: ClusterOptions = {}) {
    checkBusOptions('ClusterBus', options, CLUSTER_CHECKS);
    const { clock, maxRequests } = options;
    super({ ...(clock && { clock }), ...(maxRequests !== undefined && { maxRequests }) });
    this.#broker = broker;
    this.#options = completeClusterOptions(options);
    this.#channels = new Channels(this.#options.prefix);
    this.#inbox = this.#channels.node(this.node);
    this.#reports = new Reports(this.#options.onError);
    this.#link = new Link(broker, this.#options, this.counts, this.#reports, this.timers, this.#linkEvents());
    this.#interests = new Interests(broker, (error) => this.#failed(error));
    this.#conversations = new Conversations(this.node, this.#speaker());
    this.#presence = new ClusterPresence(this.#presenceHost(), broker);
    const { nodeTimeout } = this.#options;
    this.#nodeWatch = new NodeWatch(this.node, broker, nodeTimeout, this.#watchman(), this.clock, this.timers);
  }

  override get presence(): Presence {
    return this.#presence;
  }

  override get status(): BusStatus {
    return this.#link.status;
  }

  // --- Opening and closing ---

  override connect(): Promise<void> {
    this.#held = true;
    return this.#open();
  }

  /** @internal */
  override async join(host: BusHost): Promise<void> {
    this.#reports.add(host);
    try {
      await this.#open();
    } catch (error) {
      this.#reports.remove(host);
      throw error;
    }
  }

  /** @internal */
  override async leave(host: BusHost): Promise<void> {
    try {
      if (!this.#held && this.#reports.hosts === 1) await this.close();
    } finally {
      this.#reports.remove(host);
    }
  }

  override close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #open(): Promise<void> {
    if (this.#closing !== null || this.status === 'closed') return Promise.reject(this.#link.closedError());
    this.#opening ??= this.#connect();
    return this.#opening;
  }

  async #connect(): Promise<void> {
    try {
      await this.#link.open(async () => {
        await this.#broker.subscribe(this.#inbox);
        await this.#nodeWatch.start();
      });
    } catch (error) {
      this.#nodeWatch.stop();
      throw error;
    }
  }

  async #close(): Promise<void> {
    // Who opened it has been told why it failed.
    await this.#opening?.catch(() => undefined);
    this.#nodeWatch.stop();
    if (this.#link.connected) await this.#goodbyeInTime();
    try {
      await this.#link.close();
    } finally {
      this.#conversations.requests.abandon(this.#link.closedError());
    }
  }

  /** A broker that answers nothing is noticed later than anybody would wait who closes. */
  async #goodbyeInTime(): Promise<void> {
    if (await whileAnswered(this.#goodbye(), this.clock, GOODBYE_PATIENCE, () => this.#presence.unsettled)) return;
    const { name } = this.#broker;
    this.#reports.tell(
      new VaqueroError(
        'VAQUERO_BUS_UNAVAILABLE',
        `${name} does not answer, so this bus closes without a goodbye: other nodes hold its node for dead when nodeTimeout is over.`,
      ),
    );
  }

  /** Tells the others that this node ends, as far as the broker lets it: the rest is seen when it gives no sign of life. */
  async #goodbye(): Promise<void> {
    try {
      await this.#presence.settled();
      await this.#broker.leave(this.node);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** The broker is back. */
  async #restored(): Promise<void> {
    let unseen = true;
    try {
      unseen = await this.#nodeWatch.resume();
    } finally {
      await this.#presence.reconcile(unseen);
    }
  }

  /** While the broker is away it is no news that something failed; what failed is put right when it is back. */
  #failed(error: unknown): void {
    if (this.#link.connected) this.#reports.tell(error);
  }

  // --- What is sent ---

  override send(ref: Ref, info: unknown): void {
    const node = nodeOf(checkRef('bus.send()', ref));
    if (node === null || node === this.node) super.send(ref, info);
    else this.#conversations.send(node, ref, info);
  }

  override publish(topic: string, info: unknown): void {
    const channel = this.#channels.topic(checkChannelTopic(topic));
    const message = this.#seal(Kind.publish, info);
    super.publish(topic, info);
    this.#link.emit({ channel, message, tag: null });
  }

  override async request<Answer = unknown>(ref: Ref, info: unknown, options: RequestOptions = {}): Promise<Answer> {
    const node = nodeOf(checkRef('bus.request()', ref));
    if (node === null || node === this.node) return super.request<Answer>(ref, info, options);
    if (this.status === 'closed') throw this.#link.closedError();
    const pend = (onSettled: () => void) => this.pend(ref, options, onSettled);
    return this.#conversations.requests.request(node, ref, info, pend) as Promise<Answer>;
  }

  #toNode(node: string, kind: Kind, body: readonly unknown[], tag: string): Outgoing {
    return { channel: this.#channels.node(node), message: this.#seal(kind, body, body.at(-1)), tag };
  }

  /** @param info - what of the body the application knows of */
  #seal(kind: Kind, body: unknown, info = body): Buffer {
    const message = seal(kind, this.node, encode(body, info));
    if (!this.#link.connected || message.length <= this.#broker.maxPayload) return message;
    throw tooLarge(describe(info), message.length, this.#broker);
  }

  // --- Who listens ---

  /** @internal */
  override subscribe(topic: string, subscriber: Subscriber): Promise<void> {
    const channel = this.#channels.topic(checkChannelTopic(topic));
    void super.subscribe(topic, subscriber);
    return this.#interests.want(channel, topic);
  }

  /** @internal */
  override unsubscribe(topic: string, subscriber: Subscriber): void {
    super.unsubscribe(topic, subscriber);
    if (!this.wanted(topic)) this.#interests.release(this.#channels.topic(topic));
  }

  /** @internal */
  override monitor(ref: Ref, watcher: Watcher): void {
    const node = nodeOf(ref);
    if (node === null || node === this.node) return super.monitor(ref, watcher);
    const known = this.watches(ref);
    this.watch(ref, watcher);
    if (!known) this.#conversations.monitors.monitor(node, ref);
  }

  /** @internal */
  override demonitor(ref: Ref, watcher: Watcher): void {
    super.demonitor(ref, watcher);
    const node = nodeOf(ref);
    if (node !== null && node !== this.node && !this.watches(ref)) this.#conversations.monitors.demonitor(node, ref);
  }

  // --- What comes ---

  #receive(channel: string, message: Uint8Array): void {
    const envelope = unseal(message);
    if (typeof envelope === 'string')
      return this.#refuse(new VaqueroError('VAQUERO_MESSAGE_REFUSED', strange(channel, envelope)));
    // Some brokers tell everybody what one published, that one too.
    if (envelope.from === this.node && channel !== this.#inbox) return;
    this.counts.received++;
    try {
      if (envelope.from === this.node)
        throw new VaqueroError('VAQUERO_MESSAGE_REFUSED', strange(channel, 'it claims to come from this node'));
      if (channel === this.#inbox) return this.#conversations.hear(envelope);
      if (envelope.kind !== Kind.publish) throw new VaqueroError('VAQUERO_MESSAGE_REFUSED', strange(channel, 'it is for a node'));
      const topic = this.#interests.topicOf(channel);
      if (topic !== undefined) super.publish(topic, decode(envelope.body));
    } catch (error) {
      this.#refuse(error as Error);
    }
  }

  /** A message that cannot be understood harms nobody: it is counted, and reported once for each way in which it is strange. */
  #refuse(error: Error): void {
    this.counts.refused++;
    this.#reports.tellOnce(error);
  }

  // --- What its parts see of it ---

  #linkEvents(): LinkEvents {
    return {
      message: (channel, message) => this.#receive(channel, message),
      unheard: (tag) => this.#conversations.unheard(tag),
      restored: () => this.#restored(),
      regrouped: () => {
        this.#conversations.monitors.repeat();
        this.#presence.tellUntold();
      },
    };
  }

  #speaker(): Speaker {
    return {
      tell: (node, kind, body, tag) => this.#link.emit(this.#toNode(node, kind, body, tag)),
      tellState: (node, kind, body, tag) => void this.#link.offer(this.#toNode(node, kind, body, tag)),
      deliver: (ref, info) => super.send(ref, info),
      ask: (ref, request) => this.askHere(ref, request),
      monitorHere: (ref, watcher) => super.monitor(ref, watcher),
      demonitorHere: (ref, watcher) => super.demonitor(ref, watcher),
      ended: (ref, reason) => super.unregister(ref, reason),
      undeliverable: () => this.counts.undeliverable++,
      suspect: () => this.#nodeWatch.suspect(),
    };
  }

  #presenceHost(): PresenceHost {
    return {
      node: this.node,
      status: () => this.#link.status,
      closedError: () => this.#link.closedError(),
      flowing: () => this.#link.flowing,
      publish: (topic, info) => this.publish(topic, info),
      failed: (error) => this.#failed(error),
      refuse: (error) => this.#refuse(error),
    };
  }

  #watchman(): Watchman {
    return {
      connected: () => this.#link.connected,
      nodesOfInterest: () => this.#conversations.nodes(),
      nodeDied: (node) => this.#conversations.nodeDied(node),
      allLive: () => this.#conversations.monitors.retell(),
      overslept: () => this.#presence.reconcile(true),
      sweep: () => this.#presence.sweep(),
      failed: (error) => this.#failed(error),
    };
  }
}

function strange(channel: string, why: string): string {
  return `A message on ${channel} is refused: ${why}.`;
}
