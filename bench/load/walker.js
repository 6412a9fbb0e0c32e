// Walks the frames in what a server sends: reads each header and the first `peek` bytes of the payload, steps over the
// rest. Control frames are small (at most 125 bytes) and are read whole.

const LONGEST_HEADER = 10;
const LONGEST_CONTROL = 125;
const FIRST_CONTROL_OPCODE = 0x8;

export class FrameWalker {
  #receiver;
  #peek;
  /** Payload bytes of the last frame that are still to come. */
  #skip = 0;
  /** The beginning of a frame whose head was cut by the end of a read. */
  #stash;
  #stashed = 0;
  // Of the frame under way; set by #parse.
  #opcode = 0;
  #header = 0;
  #length = 0;

  /** `receiver.frame(opcode, payloadLength, bytes, payloadStart)` is called for each frame. */
  constructor(receiver, peek) {
    this.#receiver = receiver;
    this.#peek = peek;
    this.#stash = Buffer.alloc(LONGEST_HEADER + Math.max(peek, LONGEST_CONTROL));
  }

  walk(bytes, size) {
    let at = this.#stashed > 0 ? this.#resume(bytes, size) : 0;
    while (at < size) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, size - at);
        this.#skip -= step;
        at += step;
        continue;
      }
      if (this.#parse(bytes, at, size - at) > size - at) {
        this.#stashed = bytes.copy(this.#stash, 0, at, size);
        return;
      }
      at = this.#deliver(bytes, at, size);
    }
  }

  /** Answers how many bytes must be at hand before the frame at `at` can be delivered, as far as it can tell. */
  #parse(bytes, at, available) {
    if (available < 2) return 2;
    const short = bytes[at + 1] & 0x7f;
    this.#opcode = bytes[at] & 0x0f;
    this.#header = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (available < this.#header) return this.#header;
    this.#length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    return this.#header + (this.#opcode >= FIRST_CONTROL_OPCODE ? this.#length : Math.min(this.#length, this.#peek));
  }

  /** Delivers the parsed frame and answers where the next one begins, or `size` when its payload goes on after it. */
  #deliver(bytes, at, size) {
    const payload = at + this.#header;
    const end = payload + this.#length;
    this.#skip = Math.max(0, end - size);
    this.#receiver.frame(this.#opcode, this.#length, bytes, payload);
    return Math.min(end, size);
  }

  /** Completes the cut head from a new read and answers how many of its bytes that took. */
  #resume(bytes, size) {
    let at = 0;
    for (;;) {
      const needed = this.#parse(this.#stash, 0, this.#stashed);
      if (needed <= this.#stashed) break;
      if (at === size) return at;
      const taken = bytes.copy(this.#stash, this.#stashed, at, Math.min(size, at + needed - this.#stashed));
      this.#stashed += taken;
      at += taken;
    }
    const stashed = this.#stashed;
    this.#stashed = 0;
    this.#deliver(this.#stash, 0, stashed);
    return at;
  }
}
