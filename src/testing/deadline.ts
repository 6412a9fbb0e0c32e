import { MAX_DELAY } from '../core/clock.js';

// Kept here, so that a test runner that fakes the timers of the process does not stop this too.
const { setInterval, setTimeout, clearTimeout } = globalThis;

/**
 * The real time that something may take, `Infinity` included. While it runs, it keeps the process, which the timers of a server or a bus do not:
 * they alone would let it end before they ring.
 */
export class Deadline {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly ms: number,
    private readonly onPassed: () => void,
  ) {}

  /** Starts it, unless it runs. */
  start(): void {
    this.#timer ??= this.ms <= MAX_DELAY ? setTimeout(this.onPassed, this.ms) : setInterval(() => undefined, MAX_DELAY);
  }

  /** Ends it for good. */
  cancel(): void {
    clearTimeout(this.#timer);
  }
}
