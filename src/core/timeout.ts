import type { Ref } from './ref.js';
import { Alarm } from './timers.js';

declare const timerBrand: unique symbol;

/** Names one running timer of one connection. */
export type TimerRef = number & { readonly [timerBrand]: true };

/** The info that a timer of `connection.startTimer` delivers, as Erlang's `{timeout, Ref, Message}`. */
export class Timeout<Message = unknown> {
  constructor(
    readonly ref: TimerRef,
    readonly message: Message,
  ) {}
}

/** The info that `connection.monitor` delivers when the other connection has ended, as Erlang's `{'DOWN', …}`. */
export class Down {
  constructor(
    /** The connection that has ended. */
    readonly ref: Ref,
    /** Its `shutdownReason` if it set one and ended normally, else its terminate reason; `'gone'` if it had ended before. */
    readonly reason: unknown,
  ) {}
}

/** An info that comes later. */
export class Delivery extends Alarm {
  constructor(
    readonly ref: TimerRef,
    private readonly info: unknown,
    private readonly to: { timerRang(ref: TimerRef, info: unknown): void },
  ) {
    super();
  }

  ring(): void {
    this.to.timerRang(this.ref, this.info);
  }
}
