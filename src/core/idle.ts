import type { Clock } from './clock.js';

/** Ticks into which an idle timeout is divided, as in Cowboy: coarse enough to cost nothing, fine enough to be late by a tenth at most. */
const TICKS = 10;

/** One whose silence is counted. */
export interface Quiet {
  /** Ticks since the client last sent anything: traffic resets this integer, not a timer. */
  quiet: number;
  /** Where in its ward; -1 while not watched. */
  idleSlot: number;
  /** Half the timeout has passed in silence. */
  halfIdle(): void;
  /** The whole timeout has passed in silence. */
  idle(): void;
}

/** All that share one timeout, counted together once a tick. */
interface Ward {
  readonly tick: number;
  readonly members: Quiet[];
  timer: unknown;
}

/** Counts idle time for all connections in coarse ticks: one timer for each distinct timeout, however many connections there are. */
export class IdleClock {
  readonly #clock: Clock;
  readonly #wards = new Map<number, Ward>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts from now on; `Infinity` is not counted at all. */
  watch(one: Quiet, timeout: number): void {
    one.quiet = 0;
    if (timeout === Number.POSITIVE_INFINITY) return;
    const ward = this.#ward(timeout);
    one.idleSlot = ward.members.push(one) - 1;
    ward.timer ??= this.#arm(ward);
  }

  /** Stops counting. The timeout is the one that `watch` was given. */
  forget(one: Quiet, timeout: number): void {
    if (one.idleSlot < 0) return;
    const ward = this.#ward(timeout);
    const last = ward.members.pop() as Quiet;
    if (last !== one) {
      ward.members[one.idleSlot] = last;
      last.idleSlot = one.idleSlot;
    }
    one.idleSlot = -1;
    if (ward.members.length > 0) return;
    this.#clock.clearTimeout(ward.timer);
    this.#wards.delete(timeout);
  }

  #ward(timeout: number): Ward {
    let ward = this.#wards.get(timeout);
    if (ward === undefined) {
      ward = { tick: timeout / TICKS, members: [], timer: undefined };
      this.#wards.set(timeout, ward);
    }
    return ward;
  }

  #arm(ward: Ward): unknown {
    return this.#clock.setTimeout(() => this.#count(ward), ward.tick);
  }

  /** A tick was begun before the last traffic came, so more than ten must pass: late by a tick at most, never early. */
  #count(ward: Ward): void {
    ward.timer = this.#arm(ward);
    // Backwards, because a member that ends is replaced by the last one, which was counted already.
    for (let i = ward.members.length - 1; i >= 0; i--) {
      const one = ward.members[i];
      if (one === undefined) continue;
      one.quiet++;
      if (one.quiet > TICKS) one.idle();
      else if (one.quiet === TICKS / 2 + 1) one.halfIdle();
    }
  }
}
