/** A message on its way to the broker: for all that are subscribed, or with a tag for one. */
export interface Outgoing {
  readonly channel: string;
  readonly message: Uint8Array;
  readonly tag: string | null;
}

/** What waits for the broker while it is away, in order, within a bound. */
export class OfflineQueue {
  #waiting: Outgoing[] = [];
  #bytes = 0;

  /** @param limit - bytes that may wait */
  constructor(private readonly limit: number) {}

  /** False if there is no room: then the newest is what is lost, so that what arrives is whole up to there. */
  add(outgoing: Outgoing): boolean {
    const bytes = outgoing.channel.length + outgoing.message.length;
    if (this.#bytes + bytes > this.limit) return false;
    this.#waiting.push(outgoing);
    this.#bytes += bytes;
    return true;
  }

  /** Gives away all that waits. */
  empty(): readonly Outgoing[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    return waiting;
  }
}
