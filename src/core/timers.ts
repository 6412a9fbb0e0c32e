import type { Clock } from './clock.js';

/** The longest delay a host timer can take; longer ones are armed again when it has passed. */
const MAX_DELAY = 0x7fff_ffff;

/** Something that happens at a moment. */
export abstract class Alarm {
  /** @internal When, by the clock. */
  due = 0;
  /** @internal Where in the heap; -1 while not in it. */
  slot = -1;

  /** @internal Runs once, when the moment has come. */
  abstract ring(): void;
}

/** All the alarms of a server behind a single timer of its clock: a binary heap with the earliest on top. */
export class Timers {
  readonly #clock: Clock;
  readonly #heap: Alarm[] = [];
  #armed: unknown = null;
  #armedFor = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(alarm: Alarm, ms: number): void {
    alarm.due = this.#clock.now() + ms;
    this.#place(alarm, this.#heap.length);
    this.#rise(alarm);
    this.#arm();
  }

  /** Milliseconds that were left, or `false` if the alarm has rung or was never started. */
  cancel(alarm: Alarm): number | false {
    if (alarm.slot < 0) return false;
    this.#remove(alarm);
    this.#arm();
    return Math.max(0, alarm.due - this.#clock.now());
  }

  #arm(): void {
    const due = this.#heap[0]?.due ?? Number.POSITIVE_INFINITY;
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
    for (let top = this.#heap[0]; top !== undefined && top.due <= now; top = this.#heap[0]) {
      this.#remove(top);
      top.ring();
    }
    this.#arm();
  };

  #place(alarm: Alarm, slot: number): void {
    this.#heap[slot] = alarm;
    alarm.slot = slot;
  }

  #remove(alarm: Alarm): void {
    const last = this.#heap.pop() as Alarm;
    if (last !== alarm) {
      this.#place(last, alarm.slot);
      this.#rise(last);
      this.#sink(last);
    }
    alarm.slot = -1;
  }

  #rise(alarm: Alarm): void {
    let slot = alarm.slot;
    while (slot > 0) {
      const parentSlot = (slot - 1) >> 1;
      const parent = this.#heap[parentSlot] as Alarm;
      if (parent.due <= alarm.due) break;
      this.#place(parent, slot);
      slot = parentSlot;
    }
    this.#place(alarm, slot);
  }

  #sink(alarm: Alarm): void {
    let slot = alarm.slot;
    for (;;) {
      const left = 2 * slot + 1;
      if (left >= this.#heap.length) break;
      const right = left + 1;
      const least =
        right < this.#heap.length && (this.#heap[right] as Alarm).due < (this.#heap[left] as Alarm).due ? right : left;
      const child = this.#heap[least] as Alarm;
      if (child.due >= alarm.due) break;
      this.#place(child, slot);
      slot = least;
    }
    this.#place(alarm, slot);
  }
}
