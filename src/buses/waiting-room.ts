/** Somebody who waits. */
interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** Where those wait who subscribe while there is no connection. */
export class WaitingRoom {
  #waiting: Waiting[] = [];
  #closed: Error | undefined;

  /** Resolves at the next `open`; rejects with what it is closed with. */
  enter(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed === undefined) this.#waiting.push({ resolve, reject });
      else reject(this.#closed);
    });
  }

  /** Everything is subscribed to. */
  open(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  /** There will be no connection any more. */
  close(error: Error): void {
    this.#closed = error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
