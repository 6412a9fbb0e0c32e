import type { IdleClock, Quiet } from '../idle.js';

/** What is done about a client that is silent. */
interface Watched {
  /** Half the timeout has passed in silence. */
  beat(): void;
  /** The whole timeout has. */
  idle(): void;
}

/** Whether the client is alive: counts its silence while it is watched. */
export class Pulse implements Quiet {
  quiet = 0;
  idleSlot = -1;

  constructor(
    private readonly watched: Watched,
    private readonly clock: IdleClock,
    private timeout: number,
  ) {}

  /** Anything at all came from the client. */
  heard(): void {
    this.quiet = 0;
  }

  /** Counts from now on, unless it does. */
  watch(): void {
    if (this.idleSlot < 0) this.clock.watch(this, this.timeout);
  }

  forget(): void {
    this.clock.forget(this, this.timeout);
  }

  /** Counts by another timeout, in milliseconds, from the next `watch` on. */
  setTimeout(timeout: number): void {
    this.forget();
    this.timeout = timeout;
  }

  halfIdle(): void {
    this.watched.beat();
  }

  idle(): void {
    this.watched.idle();
  }
}
