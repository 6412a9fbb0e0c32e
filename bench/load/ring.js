// Prebuilt messages in sequence. Message n carries the tag n mod 64 as the first byte of its body, so that a lost, doubled
// or reordered message shows in the reply at the price of comparing one byte.
import { randomBytes } from 'node:crypto';
import { clientFrame } from './frames.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export const TAGS = Buffer.from(ALPHABET);
export const TAG_MASK = TAGS.length - 1;

/** The most messages that one `slice` can take. */
export const LONGEST_SLICE = 16;

export class Ring {
  #bytes;
  #unit;

  constructor(protocol, opcode, size) {
    const body = Buffer.from(randomBytes(size).map((byte) => TAGS[byte & TAG_MASK]));
    // The first messages follow the last ones again, so that every slice is one piece.
    const messages = TAGS.length + LONGEST_SLICE - 1;
    const frames = [];
    for (let i = 0; i < messages; i++) {
      body[0] = TAGS[i & TAG_MASK];
      for (const frame of protocol.message(opcode, body)) frames.push(clientFrame(frame.opcode, frame.payload, protocol.masked));
    }
    this.#bytes = Buffer.concat(frames);
    this.#unit = this.#bytes.length / messages;
  }

  /** The messages `from`, `from + 1`, … as one piece of memory; nothing is copied. */
  slice(from, count) {
    const start = (from & TAG_MASK) * this.#unit;
    return this.#bytes.subarray(start, start + count * this.#unit);
  }
}
