/** Things that happen, kept in order, that a test can wait for. */
export class Events<T> {
  readonly all: T[] = [];
  #taken = 0;
  #waiting: (() => void)[] = [];

  push(event: T): void {
    this.all.push(event);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** The next that has not been taken. */
  async next(): Promise<T> {
    while (this.all.length === this.#taken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.all[this.#taken++] as T;
  }
}

/** Milliseconds in which what is waited for comes, if it does, on the slowest machine. */
const LONG = 30_000;

/** Goes round the event loop, for what must not happen; what must is waited for as an event. */
export async function settled(rounds = 5): Promise<void> {
  for (let i = 0; i < rounds; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Goes round the event loop until something holds that tells nobody; rejects if it never does, for a loop would outlive its test. */
export async function until(holds: () => boolean): Promise<void> {
  for (const began = performance.now(); !holds(); ) {
    if (performance.now() - began > LONG) throw new Error(`it never came to ${holds}`);
    await settled(1);
  }
}
