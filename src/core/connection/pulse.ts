import type { IdleClock, Quiet } from '../idle.js';

/** What is done about a client that is silent. */
interface Watched {
  beat(): void;
  idle(): void;
}

/** Whether the client is alive: counts its silence, as long as it is listened to. */
export class Pulse implements Quiet {
  quiet = 0;
  idleSlot = -1;

  constructor(
    private readonly of: Watched,
    private readonly clock: IdleClock,
    private timeout: number,
  ) {}

  /** Counts from now on, unless it does. */
  watch(): void {
    if (this.idleSlot < 0) this.clock.watch(this, this.timeout);
  }

  forget(): void {
    this.clock.forget(this, this.timeout);
  }

  /** Counts by another timeout, in milliseconds; from now on, unless nobody listens. */
  change(timeout: number, listening: boolean): void {
    this.forget();
    this.timeout = timeout;
    if (listening) this.watch();
  }

  halfIdle(): void {
    this.of.beat();
  }

  idle(): void {
    this.of.idle();
  }
}
