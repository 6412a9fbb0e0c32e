const FIRST_CAPACITY = 4096;

/**
 * Gathers bytes that come in pieces, in one buffer that doubles: the pieces themselves are let go, so that a message in a million
 * pieces costs no more memory than its bytes, and no more than twice what has really come.
 */
export class Accumulator {
  length = 0;
  private buffer: Buffer = EMPTY;

  append(source: Buffer, from: number, to: number): void {
    const length = this.length + to - from;
    if (length > this.buffer.length) this.grow(length);
    source.copy(this.buffer, this.length, from, to);
    this.length = length;
  }

  /** The bytes so far; valid until the next `append`. */
  view(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  private grow(length: number): void {
    const bigger = Buffer.allocUnsafeSlow(Math.max(FIRST_CAPACITY, length, 2 * this.buffer.length));
    this.buffer.copy(bigger, 0, 0, this.length);
    this.buffer = bigger;
  }
}

const EMPTY = Buffer.alloc(0);
