/** A promise that what waits to be written has left, made anew for each time that somebody waits for it. */
export class DrainSignal {
  private promise: Promise<void> | null = null;
  private resolve: () => void = () => undefined;

  /** Resolves at the next `drained`. */
  wait(): Promise<void> {
    this.promise ??= new Promise((resolve) => {
      this.resolve = resolve;
    });
    return this.promise;
  }

  /** Tells those who wait in a turn of their own: a socket that drains at once would leave none to anybody else. */
  drained(): void {
    if (this.promise === null) return;
    this.promise = null;
    setImmediate(this.resolve);
  }
}
