/** Bytes that may be on their way to a broker, beside those that waited while it was away: these leave all at once when it is back. */
const ON_THEIR_WAY = 67_108_864;

/**
 * What one connection to a broker was given and the broker has not acknowledged. Its bound is looked at with every message, for a broker that stands still
 * is noticed in seconds, and what is published in seconds may be more than a process holds. Redis and NATS cut subscribers for whom as much waits.
 */
export class Backlog {
  /** Why a connection is given up on which more wait than may. */
  readonly reason: Error;
  readonly #limit: number;
  #messages = 0;
  #bytes = 0;

  /** @param bufferLimit - bytes that may wait while the broker is away */
  constructor(bufferLimit: number) {
    this.#limit = bufferLimit + ON_THEIR_WAY;
    this.reason = new Error(`more than ${this.#limit} bytes wait for it to take them`);
  }

  /** Messages that may have arrived or not. */
  get messages(): number {
    return this.#messages;
  }

  /** Their bytes, by the measure of `bufferLimit`. */
  get bytes(): number {
    return this.#bytes;
  }

  /** More wait than may: the broker takes less than it is given. */
  get isOver(): boolean {
    return this.#bytes > this.#limit;
  }

  /** A message is about to be given to the connection. */
  add(channel: string, message: Uint8Array): void {
    this.#messages++;
    this.#bytes += channel.length + message.length;
  }

  /** The broker has acknowledged so much of it. */
  settle(messages: number, bytes: number): void {
    this.#messages -= messages;
    this.#bytes -= bytes;
  }
}
