/** The channels that a broker refused, each with the reason. */
export type Refusals = ReadonlyMap<string, Error>;

/** A subscription that waits. */
interface Pending {
  readonly channel: string;
  resolve(refusal: Error | undefined): void;
  reject(error: Error): void;
}

/** Subscriptions that were made while there was no connection, until one has acknowledged them. */
export class PendingSubscriptions {
  #pending: Pending[] = [];
  #closed: Error | undefined;

  /** Resolves when the channel is acknowledged, or to why it was refused; rejects with what `close` was given. */
  wait(channel: string): Promise<Error | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#closed === undefined) this.#pending.push({ channel, resolve, reject });
      else reject(this.#closed);
    });
  }

  /** A connection has acknowledged all channels but those that it refused. */
  settle(refusals: Refusals): void {
    for (const { channel, resolve } of this.#pending.splice(0)) resolve(refusals.get(channel));
  }

  /** There will be no connection any more. */
  close(error: Error): void {
    this.#closed = error;
    for (const { reject } of this.#pending.splice(0)) reject(error);
  }
}
