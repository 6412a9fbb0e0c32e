import type { Clock } from '../../core/clock.js';

/** One direction of a connection: what is sent arrives later, in order, unless the connection is cut before. */
export class Wire {
  #way: (() => void)[] = [];
  #lastArrival = 0;

  constructor(
    private readonly clock: Clock,
    private readonly delay: () => number,
  ) {}

  send(arrive: () => void): void {
    const now = this.clock.now();
    this.#lastArrival = Math.max(this.#lastArrival, now + this.delay());
    const way = this.#way;
    way.push(arrive);
    // A clock may ring two alarms of nearly the same moment in either order: whichever comes first brings what was sent first.
    this.clock.setTimeout(() => way.shift()?.(), this.#lastArrival - now);
  }

  /** What is on its way is lost. */
  cut(): void {
    this.#way.length = 0;
    this.#way = [];
  }
}
