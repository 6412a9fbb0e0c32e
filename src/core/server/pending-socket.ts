import type { Carrier } from '../carrier.js';

/** Bytes that a client may send before it is let in. */
const ENOUGH = 65_536;

/** Where a client waits while a handler decides on it: what it says is kept, and that it leaves is seen. */
export class PendingSocket {
  readonly #socket: Carrier;
  readonly #onLeave: () => void;
  readonly #said: Buffer[] = [];
  #size = 0;

  constructor(socket: Carrier, onLeave: () => void) {
    this.#socket = socket;
    this.#onLeave = onLeave;
    socket.on('data', this.#hear);
    socket.once('end', onLeave);
    socket.once('close', onLeave);
  }

  readonly #hear = (chunk: Buffer): void => {
    this.#said.push(chunk);
    this.#size += chunk.length;
    if (this.#size >= ENOUGH) this.#socket.pause();
  };

  /** The wait is over; answers what the client has said. */
  open(): Buffer {
    this.#socket.off('data', this.#hear);
    this.#socket.off('end', this.#onLeave);
    this.#socket.off('close', this.#onLeave);
    this.#socket.pause();
    return Buffer.concat(this.#said);
  }
}
