import type { Clock } from '../core/clock.js';
import { describe, VaqueroError } from '../core/errors.js';
import { Heap } from '../core/heap.js';
import { settled } from './settled.js';

/** A callback that waits for its moment. */
interface Waiting {
  readonly due: number;
  /** Which of two that are due at the same moment was set first. */
  readonly order: number;
  readonly callback: () => void;
  slot: number;
}

/**
 * Time that passes when a test says so, for `mount`: timers, idle timeouts, heartbeats and rate limits go by it. It begins at 0 and costs nothing
 * where nothing is due, so that a day of heartbeats takes a moment.
 */
export class VirtualClock implements Clock {
  readonly #waiting = new Heap<Waiting>((a, b) => a.due < b.due || (a.due === b.due && a.order < b.order));
  #now = 0;
  #set = 0;
  #advancing: Promise<void> = Promise.resolve();

  /** Milliseconds that have passed since it was made. */
  now(): number {
    return this.#now;
  }

  /** Calls back once, when so many milliseconds have passed, of which there is at least 1; answers what `clearTimeout` takes. */
  setTimeout(callback: () => void, ms: number): unknown {
    const waiting: Waiting = { due: this.#now + Math.max(1, ms), order: this.#set++, callback, slot: -1 };
    this.#waiting.add(waiting);
    return waiting;
  }

  /** Takes back what `setTimeout` answered, if it has not called back. */
  clearTimeout(handle: unknown): void {
    const waiting = handle as Waiting;
    if (waiting.slot >= 0) this.#waiting.remove(waiting);
  }

  /** How many callbacks wait for their moment. */
  get pending(): number {
    return this.#waiting.size;
  }

  /**
   * Lets time pass, from one moment at which something is due to the next; at each, what the timers caused is handled before time goes on. Resolves
   * when that is so at the end, too: infos are handled and frames sent, also by async callbacks, as far as they wait for nothing but promises
   * and this clock. What was sent before the call is handled before time begins to pass. Throws `VAQUERO_INVALID_TIMER`.
   *
   * @param ms - milliseconds from 0 on
   */
  advance(ms: number): Promise<void> {
    if (typeof ms !== 'number' || !(ms >= 0) || ms === Number.POSITIVE_INFINITY) {
      throw new VaqueroError(
        'VAQUERO_INVALID_TIMER',
        `clock.advance() takes a number of milliseconds from 0 on, got ${describe(ms)}.`,
      );
    }
    // One behind the other, if they are not awaited; what the one before threw is its own caller's to hear.
    const advanced = this.#advancing.catch(() => undefined).then(() => this.#pass(ms));
    this.#advancing = advanced;
    return advanced;
  }

  async #pass(ms: number): Promise<void> {
    await settled();
    const until = this.#now + ms;
    for (let next = this.#waiting.first; next !== undefined && next.due <= until; next = this.#waiting.first) {
      this.#now = next.due;
      this.#ring();
      await settled(1);
    }
    this.#now = until;
    await settled();
  }

  /** Calls back what is due now. */
  #ring(): void {
    for (let next = this.#waiting.first; next !== undefined && next.due <= this.#now; next = this.#waiting.first) {
      this.#waiting.remove(next);
      next.callback();
    }
  }
}
