import { Accept, Reject } from '../answers.js';
import type { Subscriber } from '../bus.js';
import { closeCode, type TerminateReason } from '../close.js';
import { type Close, Command, Frame, ping, type RuntimeOptions } from '../commands.js';
import { describe, toError, VaqueroError } from '../errors.js';
import type { Quiet } from '../idle.js';
import type { Maker } from '../injector.js';
import { interpret, isThenable, type Target } from '../interpreter.js';
import { Mail, type MailKind } from '../mailbox.js';
import { runtimeOptionFaults } from '../option-checks.js';
import type { Callback, Plan } from '../plan.js';
import type { ErrorStage, Runtime } from '../runtime.js';
import { type Runnable, wake } from '../scheduler.js';
import type { Transport, TransportListener } from '../transport.js';
import { type RequestInfo, summarize, type UpgradeRequest } from '../upgrade-request.js';
import { Belongings } from './belongings.js';
import { Connection } from './connection.js';
import { Inbox } from './inbox.js';
import { Throttle } from './throttle.js';

/** Where a life stands; it only goes forward. */
const Stage = { upgrading: 0, open: 1, ending: 2, ended: 3 } as const;

const ACCEPT = new Accept({});
const FAILED = new Reject(500, {});
const HEARTBEAT = ping();
const NOTHING: Readonly<Partial<RequestInfo>> = Object.freeze({});

/**
 * The process behind one connection, from the request to the end of its clean-up. Read it from top to bottom: make the handler and
 * ask it, open, take what comes, run it one at a time, apply replies, end, clean up.
 */
export class Life implements Target, TransportListener, Subscriber, Runnable, Quiet {
  awake = false;
  quiet = 0;
  idleSlot = -1;
  subprotocol: string | undefined = undefined;
  request: Readonly<Partial<RequestInfo>> = NOTHING;

  private readonly connection: Connection;
  private stage: (typeof Stage)[keyof typeof Stage] = Stage.upgrading;
  private handler: object | null = null;
  private dispose: (() => unknown) | null = null;
  private transport: Transport | null = null;
  /** The callback that runs, or whose promise or generator is not done: while there is one, nothing else runs. */
  private current: Callback | null = null;
  private currentStage: ErrorStage = 'make';
  private readonly inbox: Inbox;
  private readonly throttle: Throttle | null;
  private reading = true;
  private idleTimeout: number;
  private things: Belongings | null = null;
  private roomMade: PromiseWithResolver | null = null;
  private reason: TerminateReason | null = null;
  private shutdown: { readonly value: unknown } | null = null;
  /** The client has ended; what it said before is still handled, but nobody waits for more. */
  private left = false;
  private socketGone = false;

  constructor(
    readonly plan: Plan,
    private readonly runtime: Runtime,
    params: Readonly<Record<string, string>>,
  ) {
    this.idleTimeout = plan.options.idleTimeout;
    this.inbox = new Inbox(plan.options, runtime.counters);
    const { rateLimit } = plan.options;
    this.throttle = rateLimit === null ? null : new Throttle(rateLimit, runtime.clock, runtime.timers, () => this.due());
    this.connection = new Connection(this, params);
  }

  // --- The upgrade ---

  /** Makes the handler and asks its `@OnUpgrade`; a promise only where that answers one. */
  admit(request: UpgradeRequest, make: Maker): Accept | Reject | Promise<Accept | Reject> {
    try {
      this.request = (this.plan.options.requestFilter ?? summarize)(request);
      const made = make(this.connection, request);
      this.handler = made.handler;
      this.dispose = made.dispose;
      const upgrade = this.plan.upgrade;
      if (upgrade === null) return ACCEPT;
      this.current = upgrade;
      this.currentStage = 'upgrade';
      const answer = upgrade.fn.call(this.handler, request, this.connection);
      if (!isThenable(answer)) return this.admitted(answer);
      return Promise.resolve(answer).then(
        (value) => this.admitted(value),
        (error) => this.admissionFailed(error),
      );
    } catch (error) {
      return this.admissionFailed(error);
    }
  }

  private admitted(answer: unknown): Accept | Reject {
    if (answer === undefined || answer instanceof Accept) {
      this.returned();
      return answer ?? ACCEPT;
    }
    if (answer instanceof Reject) {
      this.end({ type: 'normal' });
      this.returned();
      return answer;
    }
    return this.admissionFailed(
      new VaqueroError(
        'VAQUERO_INVALID_UPGRADE_ANSWER',
        `${this.replier} answered ${describe(answer)}. @OnUpgrade answers nothing or accept(…) to go on, reject(status, …) to refuse.`,
      ),
    );
  }

  private admissionFailed(error: unknown): Reject {
    this.crash(error);
    this.returned();
    return FAILED;
  }

  // --- Opening ---

  /** Whether the upgrade may still be completed: not if the socket went away, or the server is closing, while the handler thought. */
  get upgrading(): boolean {
    return this.stage === Stage.upgrading;
  }

  /** The upgrade is complete: `@OnInit` runs, and what came meanwhile waits until it is done. */
  opened(transport: Transport, subprotocol: string | undefined): void {
    this.transport = transport;
    this.subprotocol = subprotocol;
    this.stage = Stage.open;
    this.runtime.idle.watch(this, this.idleTimeout);
    if (this.plan.init !== null) this.callNow(this.plan.init, 'init', this.connection);
    else if (this.inbox.size > 0) wake(this);
  }

  // --- What comes from the client ---

  heard(): void {
    this.quiet = 0;
  }

  text(message: string): void {
    if (this.withinRate()) this.frame(this.plan.text, 'text', Mail.text, message);
  }

  binary(payload: Buffer): void {
    if (this.withinRate()) this.frame(this.plan.binary, 'binary', Mail.binary, payload);
  }

  ping(payload: Buffer): void {
    if (this.plan.ping !== null) this.frame(this.plan.ping, 'ping', Mail.ping, payload);
  }

  pong(payload: Buffer): void {
    if (this.plan.pong !== null) this.frame(this.plan.pong, 'pong', Mail.pong, payload);
  }

  private frame(callback: Callback | null, stage: ErrorStage, kind: MailKind, event: unknown): void {
    if (callback === null) this.runtime.ignored(this.plan.name, stage);
    else if (this.free && this.inbox.flowing && !this.paced) this.callNow(callback, stage, event);
    else this.post(kind, event);
  }

  /** Handles an event as it comes, for nothing waits; what the callback sent to its own connection comes next. */
  private callNow(callback: Callback, stage: ErrorStage, event: unknown): void {
    this.call(callback, stage, event);
    if (this.inbox.size > 0 && this.mayHandle) wake(this);
  }

  /** What the rate limit says of a message when it comes; where it says `pause`, it is asked when the message is handled. */
  private withinRate(): boolean {
    const { throttle } = this;
    if (throttle === null || throttle.policy === 'pause' || throttle.allows()) return true;
    this.runtime.counters.limited++;
    if (throttle.policy === 'close') this.overflow();
    return false;
  }

  /** Messages wait for their turn by the clock. */
  private get paced(): boolean {
    return this.throttle !== null && this.throttle.policy === 'pause';
  }

  private due(): void {
    this.inbox.throttled = false;
    if (this.mayHandle) wake(this);
  }

  private overflow(): void {
    this.runtime.counters.overflowed++;
    this.end({ type: 'error', error: 'overflow' });
  }

  finished(reason: TerminateReason): void {
    if (this.free && this.inbox.flowing) return this.end(reason);
    this.left = true;
    this.things?.abandon();
    this.post(Mail.end, reason);
  }

  congested(): void {
    this.inbox.choked = true;
    this.runtime.counters.congested++;
  }

  drained(): void {
    this.inbox.choked = false;
    this.roomMade?.resolve();
    this.roomMade = null;
    if (this.current === null && this.inbox.size > 0) wake(this);
  }

  gone(): void {
    this.socketGone = true;
    this.drained();
    if (this.stage === Stage.ended) this.runtime.ended(this);
  }

  // --- What comes from the rest of the system ---

  deliver(info: unknown): void {
    if (this.stage >= Stage.ending) return;
    const { inbox } = this;
    const straight = info instanceof Frame && !this.plan.takesFrames && this.stage === Stage.open;
    if (straight && inbox.infos === 0 && !inbox.choked) return this.sendFrame(info);
    try {
      if (!inbox.offer(info)) return this.overflow();
    } catch (error) {
      // The key of a `latest` threw, in the midst of somebody else's publish.
      return this.crash(error);
    }
    if (this.mayHandle) wake(this);
  }

  remind(info: unknown): void {
    this.post(Mail.info, info);
  }

  halfIdle(): void {
    if (this.plan.options.heartbeat) this.sendFrame(HEARTBEAT);
  }

  idle(): void {
    this.end({ type: 'timeout' });
  }

  // --- One thing at a time ---

  /** Nothing runs. */
  private get mayHandle(): boolean {
    return this.current === null && this.stage === Stage.open;
  }

  /** Nothing runs and nothing waits. */
  private get free(): boolean {
    return this.mayHandle && this.inbox.size === 0;
  }

  private post(kind: MailKind, value: unknown): void {
    if (this.stage >= Stage.ending) return;
    this.inbox.put(kind, value);
    if (kind !== Mail.info) this.readOrNot();
    if (this.mayHandle) wake(this);
  }

  /** A turn from the run queue: what is replied in it leaves together, at once. */
  run(): void {
    this.transport?.cork();
    this.handleWaiting();
    this.transport?.uncork();
  }

  /** Handles what waits now, not what comes of it, so that others get their turn. */
  private handleWaiting(): void {
    const { inbox } = this;
    for (let turns = inbox.size; turns > 0 && this.mayHandle && inbox.seek(); turns--) {
      if (this.paced && inbox.nextIsMessage && !this.isDue()) continue;
      const event = inbox.take();
      this.handle(inbox.kind, event);
    }
    this.readOrNot();
    if (this.mayHandle && inbox.seek()) wake(this);
  }

  /** Asks the rate limit whether a message may be handled now; if not, the client's frames wait until it may. */
  private isDue(): boolean {
    const throttle = this.throttle as Throttle;
    if (throttle.allows()) return true;
    this.runtime.counters.limited++;
    this.inbox.throttled = true;
    throttle.pause();
    return false;
  }

  private handle(kind: MailKind, value: unknown): void {
    switch (kind) {
      case Mail.text:
        return this.call(this.plan.text as Callback, 'text', value);
      case Mail.binary:
        return this.call(this.plan.binary as Callback, 'binary', value);
      case Mail.ping:
        return this.call(this.plan.ping as Callback, 'ping', value);
      case Mail.pong:
        return this.call(this.plan.pong as Callback, 'pong', value);
      case Mail.info:
        return this.handleInfo(value);
      case Mail.end:
        return this.end(value as TerminateReason);
    }
  }

  private handleInfo(info: unknown): void {
    const clauses = this.plan.infos;
    for (let i = 0; i < clauses.length; i++) {
      const clause = clauses[i] as (typeof clauses)[number];
      if (clause.takes === null || this.takes(clause.callback, clause.takes, info))
        return this.call(clause.callback, 'info', info);
      if (this.stage !== Stage.open) return;
    }
    if (info instanceof Command) this.send(info);
    else this.runtime.ignored(this.plan.name, 'info');
  }

  /** Asks a predicate, which may throw like any callback. */
  private takes(callback: Callback, takes: (info: unknown) => boolean, info: unknown): boolean {
    try {
      return takes(info);
    } catch (error) {
      this.current = callback;
      this.currentStage = 'info';
      this.crash(error);
      this.returned();
      return false;
    }
  }

  private call(callback: Callback, stage: ErrorStage, event: unknown): void {
    this.current = callback;
    this.currentStage = stage;
    try {
      const reply = callback.fn.call(this.handler as object, event, this.connection);
      if (typeof reply === 'string') this.sendText(reply);
      else if (reply !== undefined) {
        const pending = interpret(reply, this);
        if (pending !== undefined) return this.wait(pending);
      }
    } catch (error) {
      this.crash(error);
    }
    this.returned();
  }

  private wait(pending: Promise<void>): void {
    pending.then(
      () => this.settled(),
      (error) => {
        this.crash(error);
        this.settled();
      },
    );
  }

  private settled(): void {
    this.returned();
    if (this.inbox.size > 0) this.handleWaiting();
  }

  private returned(): void {
    this.current = null;
    if (this.stage === Stage.ending) this.terminate();
  }

  /** Stops reading while too much waits, and reads again when half of it is done. */
  private readOrNot(): void {
    const reading = this.inbox.wantsMore(this.reading);
    if (reading === this.reading) return;
    this.reading = reading;
    if (reading) this.transport?.resume();
    else this.transport?.pause();
  }

  // --- Replies ---

  /** What `connection.send` does: a reply from anywhere. */
  send(reply: unknown): void {
    if (this.stage === Stage.upgrading) {
      throw new VaqueroError(
        'VAQUERO_NOT_OPEN',
        `${this.plan.name}: nothing can be sent before the upgrade is complete. Send from @OnInit on.`,
      );
    }
    interpret(reply, this)?.catch((error) => {
      this.currentStage = 'send';
      this.crash(error);
    });
  }

  /** Who replies, for error messages. */
  get replier(): string {
    return this.current === null ? `connection.send() to ${this.plan.name}` : `${this.plan.name}.${this.current.name}`;
  }

  get open(): boolean {
    return this.stage === Stage.open;
  }

  get listening(): boolean {
    return this.stage === Stage.open && !this.left;
  }

  sendText(payload: string): void {
    if (this.stage === Stage.open) (this.transport as Transport).sendText(payload);
  }

  sendBinary(payload: Buffer): void {
    if (this.stage === Stage.open) (this.transport as Transport).sendBinary(payload);
  }

  sendFrame(frame: Frame): void {
    if (this.stage === Stage.open) (this.transport as Transport).sendFrame(frame);
  }

  stop(close: Close): void {
    this.end({ type: 'stop' }, close);
  }

  setActive(on: boolean): void {
    if (on === this.inbox.active) return;
    this.inbox.active = on;
    if (on) {
      this.runtime.idle.watch(this, this.idleTimeout);
      if (this.inbox.size > 0) wake(this);
    } else {
      this.runtime.idle.forget(this, this.idleTimeout);
    }
  }

  setDeflate(on: boolean): void {
    this.transport?.setDeflate(on);
  }

  setOptions(options: RuntimeOptions): void {
    const faults = runtimeOptionFaults(options);
    if (faults.length > 0) throw new VaqueroError('VAQUERO_INVALID_OPTION', `${this.replier}: setOptions: ${faults.join('; ')}.`);
    if (options.maxFrameSize !== undefined) this.transport?.setMaxFrameSize(options.maxFrameSize);
    if (options.idleTimeout !== undefined) {
      this.runtime.idle.forget(this, this.idleTimeout);
      this.idleTimeout = options.idleTimeout;
      if (this.inbox.active) this.runtime.idle.watch(this, this.idleTimeout);
    }
  }

  setShutdownReason(value: unknown): void {
    this.shutdown = { value };
  }

  room(): Promise<void> | null {
    if (!(this.transport as Transport).full) return null;
    this.roomMade ??= promiseWithResolver();
    return this.roomMade.promise;
  }

  onEnd(callback: () => void): () => void {
    return this.belongings.onEnd(callback);
  }

  /** What the connection holds beyond itself, made when first asked for. */
  get belongings(): Belongings {
    if (this.things === null) {
      this.things = new Belongings(this, this.runtime, this.plan.options);
      if (this.stage >= Stage.ending) this.things.release();
      else if (this.left) this.things.abandon();
    }
    return this.things;
  }

  // --- The end ---

  /** What a callback threw: reported, and the end of this connection, unless it is ending already. A wait that `signal` broke off is no failure. */
  private crash(thrown: unknown): void {
    if (this.things?.brokeOff(thrown)) return;
    const error = toError(thrown, this.replier);
    this.runtime.report(error, {
      stage: this.currentStage,
      handler: this.plan.name,
      ...(this.current !== null && { method: this.current.name }),
      ...(this.request.path !== undefined && { path: this.request.path }),
    });
    this.end({ type: 'crash', error });
  }

  /** The end begins: nothing is handled or sent any more, what was sent leaves, and all that belongs to the connection is let go. Only the first reason counts. */
  end(reason: TerminateReason, close?: Close): void {
    if (this.stage >= Stage.ending) return;
    this.stage = Stage.ending;
    this.reason = reason;
    this.runtime.idle.forget(this, this.idleTimeout);
    this.inbox.clear();
    this.throttle?.stop();
    if (this.transport === null) this.socketGone = true;
    else this.transport.close(close?.code ?? closeCode(reason), close?.reason ?? '');
    this.roomMade?.resolve();
    this.roomMade = null;
    this.things?.release();
    if (this.current === null) this.terminate();
  }

  /** Cuts the socket of a connection that does not end by itself. */
  cut(): void {
    this.transport?.cut();
  }

  /** `@OnTerminate` runs once for every handler that was made, when no callback runs any more. */
  private terminate(): void {
    if (this.handler === null) return this.over();
    const { terminate } = this.plan;
    this.current = terminate;
    const ran =
      terminate === null
        ? undefined
        : this.attempt('terminate', () => terminate.fn.call(this.handler as object, this.reason, this.connection));
    if (ran === undefined) this.disposed();
    else ran.then(() => this.disposed());
  }

  private disposed(): void {
    const { dispose } = this;
    const ran = dispose === null ? undefined : this.attempt('dispose', dispose);
    if (ran === undefined) this.over();
    else ran.then(() => this.over());
  }

  private over(): void {
    this.stage = Stage.ended;
    const reason = this.reason as TerminateReason;
    const normal = reason.type !== 'crash' && reason.type !== 'error';
    this.things?.withdraw(normal && this.shutdown !== null ? this.shutdown.value : reason);
    if (this.socketGone) this.runtime.ended(this);
  }

  /** Runs a clean-up whose failure must not stop the next one; a promise, which does not reject, only where it answers one. */
  private attempt(stage: ErrorStage, cleanUp: () => unknown): Promise<unknown> | undefined {
    const failed = (thrown: unknown) =>
      this.runtime.report(toError(thrown, `${this.plan.name} (${stage})`), { stage, handler: this.plan.name });
    try {
      const result = cleanUp();
      return isThenable(result) ? Promise.resolve(result).catch(failed) : undefined;
    } catch (thrown) {
      failed(thrown);
      return undefined;
    }
  }
}

interface PromiseWithResolver {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function promiseWithResolver(): PromiseWithResolver {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
