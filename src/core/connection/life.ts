import { ACCEPT, type Accept, Reject, toAnswer } from '../answers.js';
import { closeCode, type TerminateReason } from '../close.js';
import type { Close } from '../commands.js';
import { describe, toError, VaqueroError } from '../errors.js';
import { Made, type Maker } from '../injector.js';
import { interpret, isThenable } from '../interpreter.js';
import type { ErrorStage } from '../logging.js';
import type { Plan } from '../plan.js';
import type { Runtime } from '../runtime.js';
import { wake } from '../scheduler.js';
import type { Transport } from '../transport.js';
import { type RequestInfo, summarize, type UpgradeRequest } from '../upgrade-request.js';
import { Connection } from './connection.js';
import { Dispatcher } from './dispatcher.js';
import { farewell } from './farewell.js';
import { Loop } from './loop.js';
import { Replies } from './replies.js';
import { Resources } from './resources.js';

/** Where a life stands; it only goes forward. */
const Stage = { upgrading: 0, open: 1, condemned: 2, ending: 3, terminating: 4, ended: 5 } as const;

const FAILED = new Reject(500, {});
/** How many times its limit may wait to be written before `connection.send`, which nothing paces, ends the connection. */
const SEND_AHEAD = 16;
const OVERFLOW: TerminateReason = { type: 'error', error: 'overflow' };
const NOTHING: Readonly<Partial<RequestInfo>> = Object.freeze({});

/** Who keeps the lives of a server. */
interface Keeper {
  /** A life's clean-up is over; its socket may not be gone yet. */
  terminated(life: Life): void;
  /** A life is over, and its socket is gone. */
  ended(life: Life): void;
}

/**
 * The process behind one connection, from the request to the end of its clean-up. Read it from top to bottom: make the handler and
 * ask it, open, let the loop run, end, clean up.
 */
export class Life {
  readonly connection: Connection;
  /** What a transport tells, and what infos are delivered to. */
  readonly loop: Loop;
  readonly dispatcher: Dispatcher;
  request: Readonly<Partial<RequestInfo>> = NOTHING;
  subprotocol: string | undefined = undefined;
  /** What carries its frames; `null` until it is open. */
  transport: Transport | null = null;
  /** Why it ends; `null` before. */
  reason: TerminateReason | null = null;

  private stage: (typeof Stage)[keyof typeof Stage] = Stage.upgrading;
  private readonly made = new Made();
  private sent: Replies | null = null;
  /** What `shutdownReason` said, if it did. */
  private shutdownReason: { readonly value: unknown } | null = null;
  private held: Resources | null = null;
  private socketGone = false;

  constructor(
    readonly plan: Plan,
    private readonly runtime: Runtime & Keeper,
    params: Readonly<Record<string, string>>,
  ) {
    this.dispatcher = new Dispatcher(this, plan, runtime, new Replies(this, 'callback'));
    this.loop = new Loop(this, plan, runtime, this.dispatcher);
    this.connection = new Connection(this, params);
  }

  // --- The upgrade ---

  /** Makes the handler and asks its `@OnUpgrade`; a promise only where that answers one. */
  admit(request: UpgradeRequest, make: Maker): Accept | Reject | Promise<Accept | Reject> {
    try {
      this.request = this.filter(request);
      make(this.connection, request, this.made);
      const upgrade = this.plan.upgrade;
      if (upgrade === null) return ACCEPT;
      this.dispatcher.enter(upgrade, 'upgrade');
      const answered = upgrade.fn.call(this.made.handler as object, request, this.connection);
      if (!isThenable(answered)) return this.admitted(answered, request);
      return Promise.resolve(answered)
        .then((value) => this.admitted(value, request))
        .catch((error) => this.admissionFailed(error));
    } catch (error) {
      return this.admissionFailed(error);
    }
  }

  /** What is kept of the request. */
  private filter(request: UpgradeRequest): Partial<RequestInfo> {
    const kept: unknown = (this.plan.options.requestFilter ?? summarize)(request);
    if (typeof kept === 'object' && kept !== null) return kept;
    throw new VaqueroError(
      'VAQUERO_INVALID_OPTION',
      `${this.plan.name}: option requestFilter must answer an object, got ${describe(kept)}.`,
    );
  }

  private admitted(answered: unknown, { subprotocols }: UpgradeRequest): Accept | Reject {
    const answer = toAnswer(answered, this.dispatcher.replier, subprotocols);
    if (answer instanceof Reject) this.end({ type: 'normal' });
    this.dispatcher.leave();
    return answer;
  }

  private admissionFailed(error: unknown): Reject {
    this.crash(error);
    this.dispatcher.leave();
    return FAILED;
  }

  /** Whether the upgrade may still be completed: not if the socket went away, or the server is closing, while the handler thought. */
  get upgrading(): boolean {
    return this.stage === Stage.upgrading;
  }

  /** The instance behind the connection; `null` until it is made. */
  get handler(): object | null {
    return this.made.handler;
  }

  // --- While it is open ---

  /** The upgrade is complete: the loop begins. */
  opened(transport: Transport, subprotocol: string | undefined): void {
    this.transport = transport;
    this.subprotocol = subprotocol;
    this.stage = Stage.open;
    this.loop.start(this.made.handler as object, transport);
  }

  get open(): boolean {
    return this.stage === Stage.open;
  }

  /** It is open, and the client has not left. */
  get listening(): boolean {
    return this.stage === Stage.open && this.loop.departure === null;
  }

  /** What `connection.send` does: a reply from anywhere. */
  send(reply: unknown): void {
    if (this.stage === Stage.upgrading) {
      throw new VaqueroError(
        'VAQUERO_NOT_OPEN',
        `${this.plan.name}: nothing can be sent before the upgrade is complete. Send from @OnInit on.`,
      );
    }
    if (this.open && (this.transport as Transport).waiting > SEND_AHEAD * this.plan.options.backpressureLimit)
      this.endLater(() => this.end(OVERFLOW));
    this.sent ??= new Replies(this, 'send');
    interpret(reply, this.sent)?.catch((error) => this.crash(error, 'send'));
  }

  /** What the connection holds beyond itself, made when first asked for. */
  get resources(): Resources {
    if (this.held === null) {
      this.held = new Resources(this.loop, this.runtime, this.plan.options);
      if (this.stage >= Stage.ending) this.held.release();
      if (this.stage === Stage.ended) this.held.withdraw(this.told);
      if (this.loop.departure !== null) this.held.abandon();
    }
    return this.held;
  }

  /** The client has left, but what it said before is not yet handled. */
  abandoned(): void {
    this.held?.abandon();
  }

  // --- The end ---

  /**
   * Something failed: it is reported, and the end of this connection, unless it is ending already. Without a stage it is the callback that
   * runs, or the last one. A wait that `signal` broke off is no failure.
   */
  crash(thrown: unknown, stage?: ErrorStage): void {
    if (this.held?.brokeOff(thrown)) return;
    const { dispatcher, plan, request } = this;
    const callback = stage === undefined ? dispatcher.current : null;
    const error = toError(thrown, stage === undefined ? dispatcher.replier : `${plan.name} (${stage})`);
    dispatcher.crashed();
    this.runtime.report(error, {
      stage: stage ?? dispatcher.during,
      handler: plan.name,
      ...(callback !== null && { method: callback.name }),
      ...(request.path !== undefined && { path: request.path }),
    });
    this.end({ type: 'crash', error });
  }

  /** It ends, or will in this turn, or has ended: nothing is handled or sent any more. */
  get ending(): boolean {
    return this.stage >= Stage.condemned;
  }

  /** Ends it when whoever sends to it has returned, in which its clean-up must not run; nothing is handled or sent meanwhile. */
  endLater(end: () => void): void {
    if (this.ending) return;
    this.stage = Stage.condemned;
    wake({ awake: false, run: end });
  }

  /** The end begins: what was sent leaves, and all that belongs to the connection is let go. Only the first reason counts. */
  end(reason: TerminateReason, close?: Close): void {
    if (this.stage >= Stage.ending) return;
    this.stage = Stage.ending;
    this.reason = reason;
    if (reason.type === 'error' && reason.error === 'overflow') this.runtime.counters.overflowed++;
    this.loop.stop();
    if (this.transport === null) this.socketGone = true;
    else this.transport.close(close?.code ?? closeCode(reason), close?.reason ?? '');
    this.held?.release();
    if (this.dispatcher.current === null) this.terminate();
  }

  /** A callback has returned. */
  returned(): void {
    if (this.stage === Stage.ending) this.terminate();
  }

  /** The clean-up, once for every handler that was made, when no callback runs any more. */
  private terminate(): void {
    this.stage = Stage.terminating;
    const ran = farewell(this.plan, this.made, this.reason as TerminateReason, this.connection, this.runtime);
    if (ran) void ran.then(() => this.over());
    else this.over();
  }

  private over(): void {
    this.stage = Stage.ended;
    this.held?.withdraw(this.told);
    this.runtime.terminated(this);
    if (this.socketGone) this.runtime.ended(this);
  }

  /** What monitors and the log are told. */
  get told(): unknown {
    const reason = this.reason as TerminateReason;
    const normal = reason.type !== 'crash' && reason.type !== 'error';
    return normal && this.shutdownReason !== null ? this.shutdownReason.value : reason;
  }

  /** Sets what that is where the end is normal. */
  setShutdownReason(value: unknown): void {
    this.shutdownReason = { value };
  }

  /** Cuts the socket of a connection that does not end by itself. */
  cut(): void {
    this.transport?.cut();
  }

  /** The transport has let go of everything. */
  gone(): void {
    this.socketGone = true;
    if (this.stage === Stage.ended) this.runtime.ended(this);
  }
}
