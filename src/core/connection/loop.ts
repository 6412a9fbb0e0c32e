import type { Subscriber } from '../bus.js';
import type { TerminateReason } from '../close.js';
import { isFrame, ping } from '../commands.js';
import type { Callback } from '../info-clauses.js';
import type { ErrorStage } from '../logging.js';
import { Mail, type MailKind } from '../mailbox.js';
import type { Plan } from '../plan.js';
import type { Request } from '../request.js';
import type { Runtime } from '../runtime.js';
import { type Runnable, wake } from '../scheduler.js';
import type { Down } from '../timeout.js';
import type { Transport, TransportListener } from '../transport.js';
import type { Dispatcher } from './dispatcher.js';
import { DrainSignal } from './drain-signal.js';
import { Inbox } from './inbox.js';
import { Pulse } from './pulse.js';
import { Throttle } from './throttle.js';

const HEARTBEAT = ping();
const OVERFLOW: TerminateReason = { type: 'error', error: 'overflow' };

/** The process whose loop it is. */
interface Process {
  readonly open: boolean;
  readonly ending: boolean;
  end(reason: TerminateReason): void;
  endLater(end: () => void): void;
  crash(error: unknown, stage: ErrorStage): void;
  /** The client has left, but what it said before is not yet handled. */
  abandoned(): void;
  /** The transport has let go of everything. */
  gone(): void;
}

/**
 * The loop of a process: takes what comes from the client and from the rest of the system, and has it handled, one thing at a time, in
 * the order in which it came.
 */
export class Loop implements TransportListener, Subscriber, Runnable {
  awake = false;
  /** Why the client has left, if it has: what it said before is still handled, but nobody waits for more. */
  departure: TerminateReason | null = null;

  private transport: Transport | null = null;
  private readonly inbox: Inbox;
  private readonly pulse: Pulse;
  private readonly throttle: Throttle | null;
  private reading = true;
  private drainSignal: DrainSignal | null = null;

  constructor(
    private readonly process: Process,
    private readonly plan: Plan,
    private readonly runtime: Runtime,
    private readonly dispatcher: Dispatcher,
  ) {
    this.inbox = new Inbox(plan.options, runtime.counters);
    const { idleTimeout, rateLimit } = plan.options;
    this.pulse = new Pulse(this, runtime.idle, idleTimeout);
    this.throttle = rateLimit === null ? null : new Throttle(rateLimit, runtime.clock, runtime.timers, () => this.due());
  }

  /** Begins with `@OnInit`; what came before waits until it is done. */
  start(handler: object, transport: Transport): void {
    this.transport = transport;
    this.pulse.watch();
    this.dispatcher.init(handler);
    this.proceed();
  }

  /** Handles nothing any more; a callback that runs is not stopped. */
  stop(): void {
    this.pulse.forget();
    this.inbox.clear();
    this.throttle?.stop();
    this.drainSignal?.drained();
  }

  /** Handles the client's frames, or not. */
  setActive(on: boolean): void {
    if (on === this.inbox.active) return;
    this.inbox.active = on;
    if (on) this.proceed();
    this.watchOrNot();
  }

  // --- Silence ---

  /** Counts the client's silence while it means something: it would be heard, or is not because the client itself does not read. */
  private watchOrNot(): void {
    const hears = this.inbox.active && (this.reading || this.inbox.choked);
    if (hears && this.process.open) this.pulse.watch();
    else this.pulse.forget();
  }

  /** Changes the idle timeout, in milliseconds, and counts anew. */
  setIdleTimeout(timeout: number): void {
    this.pulse.setTimeout(timeout);
    this.watchOrNot();
  }

  beat(): void {
    if (this.plan.options.heartbeat) this.transport?.sendFrame(HEARTBEAT);
  }

  idle(): void {
    this.process.end({ type: 'timeout' });
  }

  // --- What comes from the client ---

  heard(): void {
    this.pulse.heard();
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
    else if (this.free && this.inbox.flowing && !this.paced) {
      this.dispatcher.call(callback, stage, event);
      // What the callback sent to its own connection comes next.
      this.proceed();
    } else this.post(kind, event);
  }

  /** What the rate limit says of a message when it comes; where it says `pause`, it is asked when the message is handled. */
  private withinRate(): boolean {
    const { throttle } = this;
    if (throttle === null || throttle.policy === 'pause' || throttle.allows()) return true;
    this.runtime.counters.limited++;
    if (throttle.policy === 'close') this.process.end(OVERFLOW);
    return false;
  }

  /** Messages wait for their turn by the clock. */
  private get paced(): boolean {
    return this.throttle !== null && this.throttle.policy === 'pause';
  }

  private due(): void {
    this.inbox.throttled = false;
    this.proceed();
  }

  finished(reason: TerminateReason): void {
    const nothingWaits = this.free && this.inbox.flowing;
    // Who sends more than the rate allows and leaves has forfeited what is not due yet.
    if (nothingWaits || this.inbox.throttled) return this.process.end(reason);
    this.departure = reason;
    this.process.abandoned();
    this.post(Mail.end, reason);
  }

  congested(): void {
    this.inbox.choked = true;
    this.watchOrNot();
    this.runtime.counters.congested++;
  }

  drained(): void {
    this.inbox.choked = false;
    this.watchOrNot();
    this.drainSignal?.drained();
    this.proceed();
  }

  /** A promise that there is room to write, or nobody to write to; `null` while there is room. */
  room(): Promise<void> | null {
    if ((this.transport as Transport).flush()) return null;
    this.drainSignal ??= new DrainSignal();
    return this.drainSignal.wait();
  }

  gone(): void {
    this.drained();
    this.process.gone();
  }

  // --- What comes from the rest of the system ---

  deliver(info: unknown): void {
    if (this.process.ending) return;
    const { inbox } = this;
    const straight = !this.plan.takesFrames && this.process.open && inbox.tells === 0 && !inbox.choked;
    if (straight && isFrame(info)) return (this.transport as Transport).sendFrame(info);
    try {
      if (!inbox.offer(info)) return this.process.endLater(() => this.process.end(OVERFLOW));
    } catch (error) {
      // The key of a `latest` threw.
      return this.process.endLater(() => this.process.crash(error, 'info'));
    }
    if (this.mayHandle) wake(this);
  }

  ask(request: Request): void {
    if (this.process.ending) return request.fail('gone');
    if (!this.inbox.admit(request)) return request.fail('refused');
    if (this.mayHandle) wake(this);
  }

  /** Takes an info of one of the connection's timers, which no policy drops. */
  timeout(info: unknown): void {
    this.post(Mail.timeout, info);
  }

  /** Takes an info of one of the connection's monitors, which no policy drops. */
  down(info: Down): void {
    this.post(Mail.down, info);
  }

  /** Timers that have rung, and whose infos wait. */
  get timeouts(): number {
    return this.inbox.timeouts;
  }

  /** Monitored connections that have ended, and whose infos wait. */
  get downs(): number {
    return this.inbox.downs;
  }

  // --- One thing at a time ---

  /** Nothing runs. */
  private get mayHandle(): boolean {
    return this.dispatcher.current === null && this.process.open;
  }

  /** Nothing runs and nothing waits. */
  private get free(): boolean {
    return this.mayHandle && this.inbox.size === 0;
  }

  /** What waits is handled next, unless something runs. */
  proceed(): void {
    if (this.inbox.size > 0 && this.mayHandle) wake(this);
  }

  private post(kind: MailKind, value: unknown): void {
    if (this.process.ending) return;
    this.inbox.put(kind, value);
    if (kind < Mail.info) this.readOrNot();
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
      this.dispatcher.handle(inbox.kind, event);
    }
    this.readOrNot();
    if (this.mayHandle && inbox.seek()) wake(this);
  }

  /** Asks the rate limit whether a message may be handled now; if not, the client's frames wait until it may, unless it has left. */
  private isDue(): boolean {
    const throttle = this.throttle as Throttle;
    if (throttle.allows()) return true;
    this.runtime.counters.limited++;
    if (this.departure === null) {
      this.inbox.throttled = true;
      throttle.pause();
    } else this.process.end(this.departure);
    return false;
  }

  /** Stops reading while too much waits, and reads again when half of it is done. */
  private readOrNot(): void {
    const reading = this.inbox.wantsMore(this.reading);
    if (reading === this.reading) return;
    this.reading = reading;
    this.watchOrNot();
    if (reading) this.transport?.resume();
    else this.transport?.pause();
  }
}
