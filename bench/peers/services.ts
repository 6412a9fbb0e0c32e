// What the handlers of the programs `inject` and `async` depend on. Every peer does the same work with them; only how
// they reach the handler differs: constructor injection where the peer has it, a closure where it has not.

export class Meter {
  messages = 0;
  bytes = 0;

  count(bytes: number): void {
    this.messages += 1;
    this.bytes += bytes;
  }
}

export class Policy {
  readonly limit = 1024 * 1024;

  admits(bytes: number): boolean {
    return bytes <= this.limit;
  }
}

export class Directory {
  /** Resolves without leaving the microtask queue, as a warm cache does: what is measured is the awaiting. */
  async find(bytes: number): Promise<number> {
    return bytes;
  }
}
