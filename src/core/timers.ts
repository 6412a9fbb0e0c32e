import { type Clock, MAX_DELAY } from './clock.js';
import { Heap } from './heap.js';

/** Something that happens at a moment. */
export abstract class Alarm {
  /** @internal When, by the clock. */
  due = 0;
  /** @internal Which of those that are due at the same moment: the one that was started first. */
  order = 0;
  /** @internal Where in the heap; -1 while not in it. */
  slot = -1;

  /** @internal Runs once, when the moment has come. */
  abstract ring(): void;
}

/** All the alarms of a server behind a single timer of its clock: a heap with the earliest on top. */
export class Timers {
  readonly #clock: Clock;
  readonly #alarms = new Heap<Alarm>((a, b) => a.due < b.due || (a.due === b.due && a.order < b.order));
  #started = 0;
  #armed: unknown = null;
  #armedFor = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(alarm: Alarm, ms: number): void {
    alarm.due = this.#clock.now() + ms;
    alarm.order = this.#started++;
    this.#alarms.add(alarm);
    this.#arm();
  }

  /** Milliseconds that were left, or `false` if the alarm has rung or was never started. */
  cancel(alarm: Alarm): number | false {
    if (alarm.slot < 0) return false;
    this.#alarms.remove(alarm);
    this.#arm();
    return Math.max(0, alarm.due - this.#clock.now());
  }

  /** A delay that is longer than the clock takes is armed again when that has passed. */
  #arm(): void {
    const due = this.#alarms.first?.due ?? Number.POSITIVE_INFINITY;
    if (due === this.#armedFor) return;
    if (this.#armed !== null) this.#clock.clearTimeout(this.#armed);
    this.#armedFor = due;
    this.#armed =
      due === Number.POSITIVE_INFINITY
        ? null
        : this.#clock.setTimeout(this.#ring, Math.min(MAX_DELAY, Math.max(1, Math.ceil(due - this.#clock.now()))));
  }

  readonly #ring = (): void => {
    this.#armed = null;
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    for (let first = this.#alarms.first; first !== undefined && first.due <= now; first = this.#alarms.first) {
      this.#alarms.remove(first);
      first.ring();
    }
    this.#arm();
  };
}
