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

/** Goes round the event loop, so that what was written on this side of a loopback socket has been read on the other. */
export async function settled(rounds = 5): Promise<void> {
  for (let i = 0; i < rounds; i++) await new Promise((resolve) => setImmediate(resolve));
}
