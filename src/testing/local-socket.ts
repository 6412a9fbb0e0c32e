import { Duplex } from 'node:stream';
import type { Carrier } from '../core/carrier.js';

/** The client's end of a socket. */
export interface FarEnd {
  /** Takes what the server has written; the server's buffer is free of it when `taken` is called. */
  receive(chunk: Buffer, taken: () => void): void;
  /** The server will write no more. */
  ended(): void;
  /** The socket is gone. */
  gone(): void;
}

/** Bytes from which a writer is told to wait: what a socket of Node 20 has. */
const HIGH_WATER_MARK = 16_384;

/** The server's end of a socket whose other end is in the same process. What the client says is pushed into it. */
export class LocalSocket extends Duplex implements Carrier {
  readonly #farEnd: FarEnd;

  constructor(farEnd: FarEnd) {
    super({ highWaterMark: HIGH_WATER_MARK });
    this.#farEnd = farEnd;
  }

  /** Nothing keeps it waiting but the server itself. */
  setTimeout(): void {}

  /** It gathers nothing. */
  setNoDelay(): void {}

  override _read(): void {}

  override _write(chunk: Buffer | string, encoding: BufferEncoding, taken: () => void): void {
    this.#farEnd.receive(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk, taken);
  }

  override _final(done: () => void): void {
    done();
    this.#farEnd.ended();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    done(error);
    this.#farEnd.gone();
  }
}
