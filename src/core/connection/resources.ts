import { AT_ONCE } from '../at-once.js';
import type { Bus, Subscriber, Watcher } from '../bus.js';
import { describe, isError, VaqueroError } from '../errors.js';
import type { Ref } from '../ref.js';
import { Delivery, type Down, type TimerRef } from '../timeout.js';
import type { Timers } from '../timers.js';

/** Whose resources they are. */
interface Owner extends Subscriber {
  /** Takes an info of a timer. */
  timeout(info: unknown): void;
  /** Takes what became of a connection that is monitored. */
  down(info: Down): void;
  /** Infos of timers that are not handled yet: they count as timers, or a service could fill a mailbox whose handler is busy. */
  readonly timeouts: number;
  /** Infos of monitors that are not handled yet. */
  readonly downs: number;
}

/** What a connection holds beyond itself. All of it ends with the connection; most connections hold little, so each part is made when first used. */
export class Resources implements Watcher {
  private topics: Set<string> | null = null;
  private timers: Map<TimerRef, Delivery> | null = null;
  private watched: Set<Ref> | null = null;
  private present: Set<string> | null = null;
  private aborter: AbortController | null = null;
  private endHooks: Set<() => void> | null = null;
  private lastTimer = 0;
  private abandoned = false;
  private released = false;
  private withdrawn = false;
  private ownRef: Ref | null = null;

  private readonly bus: Bus;
  private readonly clock: Timers;

  constructor(
    private readonly owner: Owner,
    runtime: { readonly bus: Bus; readonly timers: Timers },
    private readonly limits: { readonly maxSubscriptions: number; readonly maxTimers: number },
  ) {
    this.bus = runtime.bus;
    this.clock = runtime.timers;
  }

  /** The address, given when first asked for. */
  get ref(): Ref {
    if (this.ownRef === null) {
      this.ownRef = this.bus.register(this.owner);
      if (this.withdrawn) this.bus.unregister(this.ownRef, undefined);
    }
    return this.ownRef;
  }

  get signal(): AbortSignal {
    if (this.aborter === null) {
      this.aborter = new AbortController();
      if (this.abandoned) this.aborter.abort();
    }
    return this.aborter.signal;
  }

  subscribe(topic: string): Promise<void> {
    if (this.released) return AT_ONCE;
    this.checkLimit('maxSubscriptions', this.topics, 0, topic);
    const subscribed = this.bus.subscribe(topic, this.owner);
    this.topics ??= new Set();
    this.topics.add(topic);
    return this.whileAlive(subscribed);
  }

  unsubscribe(topic: string): void {
    if (this.topics?.delete(topic)) this.bus.unsubscribe(topic, this.owner);
  }

  track(topic: string, meta: unknown): Promise<void> {
    if (this.released) return AT_ONCE;
    this.checkLimit('maxSubscriptions', this.present, 0, topic);
    const tracked = this.bus.presence.track(topic, this.ref, meta);
    this.present ??= new Set();
    this.present.add(topic);
    return this.whileAlive(tracked);
  }

  untrack(topic: string): void {
    if (this.present?.delete(topic)) this.bus.presence.untrack(topic, this.ref);
  }

  /** What a broker acknowledges, which may take as long as it is away; a callback that waits for it does not outlive the connection. */
  private whileAlive(acknowledged: Promise<void>): Promise<void> {
    if (acknowledged === AT_ONCE || this.abandoned) return AT_ONCE;
    const settled = new Promise<void>((resolve, reject) => {
      const forget = this.onEnd(resolve);
      acknowledged.then(resolve, reject).finally(forget);
    });
    // The bus has reported a failure; who does not wait need not handle it.
    settled.catch(() => undefined);
    return settled;
  }

  /** `makeInfo` gets the timer's ref, which a `Timeout` carries. */
  startTimer(ms: number, makeInfo: (ref: TimerRef) => unknown): TimerRef {
    if (typeof ms !== 'number' || !(ms >= 0) || ms === Number.POSITIVE_INFINITY) {
      throw new VaqueroError('VAQUERO_INVALID_TIMER', `A timer takes a number of milliseconds from 0 on, got ${describe(ms)}.`);
    }
    const ref = ++this.lastTimer as TimerRef;
    if (this.released) return ref;
    this.checkLimit('maxTimers', this.timers, this.owner.timeouts);
    const delivery = new Delivery(ref, makeInfo(ref), this);
    this.timers ??= new Map();
    this.timers.set(ref, delivery);
    this.clock.start(delivery, ms);
    return ref;
  }

  cancelTimer(ref: TimerRef): number | false {
    const delivery = this.timers?.get(ref);
    if (delivery === undefined) return false;
    this.timers?.delete(ref);
    return this.clock.cancel(delivery);
  }

  timerRang(ref: TimerRef, info: unknown): void {
    this.timers?.delete(ref);
    this.owner.timeout(info);
  }

  monitor(ref: Ref): void {
    if (this.released) return;
    this.checkLimit('maxSubscriptions', this.watched, this.owner.downs, ref);
    this.watched ??= new Set();
    this.watched.add(ref);
    this.bus.monitor(ref, this);
  }

  /** The bus tells of the end of one that is monitored. */
  deliver(down: Down): void {
    this.watched?.delete(down.ref);
    this.owner.down(down);
  }

  demonitor(ref: Ref): void {
    if (this.watched?.delete(ref)) this.bus.demonitor(ref, this);
  }

  /** Throws if there are as many as the limit allows, but for what is one of them already. */
  private checkLimit<Key>(
    limit: 'maxSubscriptions' | 'maxTimers',
    held: { readonly size: number; has(key: Key): boolean } | null,
    waiting: number,
    key?: Key,
  ): void {
    const most = this.limits[limit];
    if ((held?.size ?? 0) + waiting < most || (key !== undefined && held?.has(key))) return;
    throw new VaqueroError(
      'VAQUERO_LIMIT_EXCEEDED',
      `A connection has ${most} ${limit === 'maxTimers' ? 'timers' : 'subscriptions, presences or monitors'} already${waiting > 0 ? `, ${waiting} of which wait to be handled` : ''}. End some, or raise the option ${limit}.`,
    );
  }

  onEnd(hook: () => void): () => void {
    this.endHooks ??= new Set();
    this.endHooks.add(hook);
    return () => this.endHooks?.delete(hook);
  }

  /** Stops what only the client waits for: generators, and what callbacks gave the signal to. */
  abandon(): void {
    if (this.abandoned) return;
    this.abandoned = true;
    const hooks = this.endHooks;
    this.endHooks = null;
    for (const hook of hooks ?? []) hook();
    this.aborter?.abort();
  }

  /** Whether something was thrown because the signal was aborted. */
  brokeOff(thrown: unknown): boolean {
    if (!this.aborter?.signal.aborted) return false;
    const { reason } = this.aborter.signal;
    return thrown === reason || (isError(thrown) && thrown.cause === reason);
  }

  /** Lets go of everything but the address, which lasts until the clean-up is over. */
  release(): void {
    this.released = true;
    for (const topic of this.topics ?? []) this.bus.unsubscribe(topic, this.owner);
    for (const topic of this.present ?? []) this.bus.presence.untrack(topic, this.ref);
    for (const delivery of this.timers?.values() ?? []) this.clock.cancel(delivery);
    for (const ref of this.watched ?? []) this.bus.demonitor(ref, this);
    this.topics = this.timers = this.watched = this.present = null;
    this.abandon();
  }

  /** Gives the address back; who monitored it is told the reason. */
  withdraw(reason: unknown): void {
    this.withdrawn = true;
    if (this.ownRef !== null) this.bus.unregister(this.ownRef, reason);
  }
}
