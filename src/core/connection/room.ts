/** A promise of room in the outgoing buffer, made anew for each time that there is none. */
export class Room {
  private promise: Promise<void> | null = null;
  private resolve: () => void = () => undefined;

  /** Resolves at the next `made`. */
  wait(): Promise<void> {
    this.promise ??= new Promise((resolve) => {
      this.resolve = resolve;
    });
    return this.promise;
  }

  /** Tells those who wait in a turn of their own: a socket that drains at once would leave none to anybody else. */
  made(): void {
    if (this.promise === null) return;
    this.promise = null;
    setImmediate(this.resolve);
  }
}
