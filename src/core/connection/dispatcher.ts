import type { TerminateReason } from '../close.js';
import { type AnyCommand, isCommand } from '../commands.js';
import type { Callback } from '../info-clauses.js';
import { interpret, type Target } from '../interpreter.js';
import type { ErrorStage } from '../logging.js';
import { Mail, type MailKind } from '../mailbox.js';
import type { Plan } from '../plan.js';
import type { Request } from '../request.js';
import type { Runtime } from '../runtime.js';
import type { Connection } from './connection.js';

/** The process whose handler it calls. */
interface Process {
  readonly connection: Connection;
  readonly open: boolean;
  readonly ending: boolean;
  readonly loop: { proceed(): void };
  send(reply: unknown): void;
  end(reason: TerminateReason): void;
  crash(error: unknown, stage?: ErrorStage): void;
  /** A callback has returned, and all that it replied is applied. */
  returned(): void;
}

/** Calls the handler with one event: the callback that takes it, what it replies, and the answer to who asked. */
export class Dispatcher {
  /** The callback that runs, or whose promise or generator is not done: while there is one, nothing else runs. */
  current: Callback | null = null;
  /** What the current callback, or the last one, was called for. */
  during: ErrorStage = 'make';

  /** The request that is being handled, if somebody asked. */
  private request: Request | null = null;
  private handler: object | null = null;

  constructor(
    private readonly process: Process,
    private readonly plan: Plan,
    private readonly runtime: Runtime,
    private readonly replies: Target,
  ) {}

  /** Who replies, for error messages. */
  get replier(): string {
    const { current, during, plan } = this;
    return current === null ? `${plan.name} (${during})` : `${plan.name}.${current.name}`;
  }

  /** Begins with `@OnInit`. */
  init(handler: object): void {
    this.handler = handler;
    if (this.plan.init !== null) this.call(this.plan.init, 'init', this.process.connection);
  }

  /** Handles what has waited. */
  handle(kind: MailKind, value: unknown): void {
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
      case Mail.timeout:
      case Mail.down:
        return this.handleInfo(value);
      case Mail.request:
        return this.handleRequest(value as Request);
      case Mail.end:
        return this.process.end(value as TerminateReason);
    }
  }

  private handleRequest(request: Request): void {
    this.request = request;
    this.handleInfo(request.info);
    // Nothing took it, or a predicate threw.
    if (this.current === null) this.requestDone();
  }

  /** Answers who asked. */
  answer(value: unknown): void {
    if (this.request === null) this.runtime.ignored(this.plan.name, 'answer');
    else this.request.answer(value);
  }

  /** Tells who asked that there is no answer, unless there was one. */
  private requestDone(): void {
    this.request?.fail(this.process.ending ? 'gone' : 'unanswered');
    this.request = null;
  }

  /** What runs has thrown. */
  crashed(): void {
    this.request?.fail('crashed');
  }

  private handleInfo(info: unknown): void {
    const clauses = this.plan.infos;
    for (let i = 0; i < clauses.length; i++) {
      const clause = clauses[i] as (typeof clauses)[number];
      if (clause.takes === null || this.takes(clause.callback, clause.takes, info))
        return this.call(clause.callback, 'info', info);
      if (!this.process.open) return;
    }
    if (typeof info === 'object' && info !== null && isCommand(info)) this.apply(info);
    else this.runtime.unmatched(this.plan, info);
  }

  /** A frame or command that no clause took is what it is; its options may be wrong. */
  private apply(command: AnyCommand): void {
    try {
      this.process.send(command);
    } catch (error) {
      this.process.crash(error, 'info');
    }
  }

  /** Asks a predicate, which may throw like any callback. */
  private takes(callback: Callback, takes: (info: unknown) => boolean, info: unknown): boolean {
    try {
      return takes(info);
    } catch (error) {
      this.enter(callback, 'info');
      this.process.crash(error);
      this.leave();
      return false;
    }
  }

  call(callback: Callback, stage: ErrorStage, event: unknown): void {
    this.enter(callback, stage);
    try {
      const reply = callback.fn.call(this.handler as object, event, this.process.connection);
      if (typeof reply === 'string') this.replies.sendText(reply);
      else if (reply !== undefined) {
        const pending = interpret(reply, this.replies);
        if (pending !== undefined) return this.wait(pending);
      }
    } catch (error) {
      this.process.crash(error);
    }
    this.leave();
  }

  private wait(pending: Promise<void>): void {
    pending.then(
      () => this.settled(),
      (error) => {
        this.process.crash(error);
        this.settled();
      },
    );
  }

  private settled(): void {
    this.leave();
    this.process.loop.proceed();
  }

  /** A callback begins; `@OnUpgrade` too, which the life calls itself. */
  enter(callback: Callback, stage: ErrorStage): void {
    this.current = callback;
    this.during = stage;
  }

  /** It has returned, and all that it replied is applied. */
  leave(): void {
    this.current = null;
    if (this.request !== null) this.requestDone();
    this.process.returned();
  }
}
