import { isUtf8 } from 'node:buffer';
import { isCloseCode, MAX_CONTROL_PAYLOAD } from '../../core/commands.js';
import { Accumulator } from './accumulator.js';
import { FIN, MASKED, Opcode, RSV1, unmask } from './frame.js';

/** What the receiver finds in the bytes. */
export interface ReceiverEvents {
  onText(message: string): void;
  onBinary(payload: Buffer): void;
  /** A message that must be inflated first, before more is read. */
  onCompressed(payload: Buffer, isText: boolean): void;
  onPing(payload: Buffer): void;
  onPong(payload: Buffer): void;
  onClose(code: number | undefined, reason: string): void;
  /** Nothing can be read after this. */
  onFault(fault: 'badframe' | 'badencoding' | 'badsize'): void;
}

const EMPTY = Buffer.alloc(0);

/**
 * Reads a client's frames (RFC 6455, section 5) from bytes in pieces of any size. Frames that lie whole in a piece are read where they
 * lie, unmasked in place; only a frame that spans pieces is gathered first.
 */
export class Receiver {
  /** Bytes that one message may have. */
  maxFrameSize: number;

  /** The beginning of a frame that is not whole yet, and how many bytes it takes to go on. */
  private partial: Accumulator | null = null;
  private wanted = 0;
  /** The fragments of a message that is not whole yet. */
  private fragments: Accumulator | null = null;
  private fragmentCount = 0;
  private fragmentsAreText = false;
  private fragmentsAreCompressed = false;
  /** Bytes not looked at, while suspended. */
  private unread: Buffer | null = null;
  private suspended = false;
  private stopped = false;

  constructor(
    private readonly events: ReceiverEvents,
    maxFrameSize: number,
    private readonly inflates: boolean,
    private readonly validateUtf8: boolean,
    private readonly maxFragments: number,
  ) {
    this.maxFrameSize = maxFrameSize;
  }

  /** Reads a piece, which is the receiver's to write to from now on. */
  feed(chunk: Buffer): void {
    if (this.stopped) return;
    if (this.suspended) {
      this.unread = this.unread === null ? chunk : Buffer.concat([this.unread, chunk]);
      return;
    }
    let at = 0;
    while (this.partial !== null) {
      const taken = Math.min(this.wanted - this.partial.length, chunk.length - at);
      this.partial.append(chunk, at, at + taken);
      at += taken;
      if (this.partial.length < this.wanted) return;
      const frame = this.partial.view();
      const partial = this.partial;
      this.partial = null;
      if (this.read(frame, 0) === 0) this.partial = partial;
      if (this.stopped) return;
      if (this.suspended) return this.leave(chunk, at);
    }
    while (at < chunk.length) {
      const size = this.read(chunk, at);
      if (this.stopped) return;
      if (size === 0) {
        this.partial = new Accumulator();
        this.partial.append(chunk, at, chunk.length);
        return;
      }
      at += size;
      if (this.suspended) return this.leave(chunk, at);
    }
  }

  /** Reads no further than the frame at hand until `resume`. */
  suspend(): void {
    this.suspended = true;
  }

  resume(): void {
    if (!this.suspended) return;
    this.suspended = false;
    const { unread } = this;
    this.unread = null;
    if (unread !== null) this.feed(unread);
  }

  /** Reads nothing any more. */
  stop(): void {
    this.stopped = true;
    this.partial = this.fragments = this.unread = null;
  }

  private leave(chunk: Buffer, at: number): void {
    if (at < chunk.length) this.unread = chunk.subarray(at);
  }

  /** Reads the frame at `at` and answers its size; 0 if it is not whole, with `wanted` set to the bytes that it takes to go on, or if it was at fault. */
  private read(bytes: Buffer, at: number): number {
    const there = bytes.length - at;
    if (there < 2) return this.want(2);
    const first = bytes[at] as number;
    const second = bytes[at + 1] as number;
    let length = second & 0x7f;
    let header = 6;
    if (length === 126) {
      if (there < 4) return this.want(4);
      length = bytes.readUInt16BE(at + 2);
      header = 8;
    } else if (length === 127) {
      if (there < 10) return this.want(10);
      length = bytes.readUInt32BE(at + 2) * 0x1_0000_0000 + bytes.readUInt32BE(at + 6);
      header = 14;
    }
    if (!this.isLegal(first, second, length)) return 0;
    if (there < header + length) return this.want(header + length);
    const from = at + header;
    const bits = unmask(bytes, from - 4, from, from + length);
    this.frame(first, bytes, from, from + length, bits);
    return header + length;
  }

  private want(bytes: number): 0 {
    this.wanted = bytes;
    return 0;
  }

  /** Everything a header can be wrong about is known before its payload has come. */
  private isLegal(first: number, second: number, length: number): boolean {
    const opcode = first & 0x0f;
    const final = (first & FIN) !== 0;
    const compressed = (first & RSV1) !== 0;
    if ((first & 0x30) !== 0 || (second & MASKED) === 0) return this.fault('badframe');
    if (compressed && (!this.inflates || (opcode !== Opcode.text && opcode !== Opcode.binary))) return this.fault('badframe');
    if (opcode >= Opcode.close) {
      if (opcode > Opcode.pong || !final || length > MAX_CONTROL_PAYLOAD) return this.fault('badframe');
      return true;
    }
    if (opcode > Opcode.binary) return this.fault('badframe');
    if ((opcode === Opcode.continuation) !== (this.fragments !== null)) return this.fault('badframe');
    const before = this.fragments === null ? 0 : this.fragments.length;
    const limit =
      compressed || (this.fragments !== null && this.fragmentsAreCompressed)
        ? compressedLimit(this.maxFrameSize)
        : this.maxFrameSize;
    // The highest bit of a length must be 0 (section 5.2).
    if (length >= 2 ** 63) return this.fault('badframe');
    if (before + length > limit) return this.fault('badsize');
    if (opcode === Opcode.continuation && this.fragmentCount >= this.maxFragments) return this.fault('badsize');
    return true;
  }

  private frame(first: number, bytes: Buffer, from: number, to: number, bits: number): void {
    const opcode = first & 0x0f;
    if (opcode >= Opcode.close) return this.control(opcode, from === to ? EMPTY : bytes.subarray(from, to));
    if ((first & FIN) !== 0 && opcode !== Opcode.continuation) {
      if ((first & RSV1) !== 0) return this.events.onCompressed(bytes.subarray(from, to), opcode === Opcode.text);
      if (opcode === Opcode.binary) return this.events.onBinary(bytes.subarray(from, to));
      return bits < 0x80 ? this.events.onText(bytes.toString('latin1', from, to)) : this.text(bytes.subarray(from, to));
    }
    if (opcode !== Opcode.continuation) {
      this.fragments = new Accumulator();
      this.fragmentCount = 0;
      this.fragmentsAreText = opcode === Opcode.text;
      this.fragmentsAreCompressed = (first & RSV1) !== 0;
    }
    const fragments = this.fragments as Accumulator;
    fragments.append(bytes, from, to);
    this.fragmentCount++;
    if ((first & FIN) === 0) return;
    this.fragments = null;
    if (this.fragmentsAreCompressed) this.events.onCompressed(fragments.view(), this.fragmentsAreText);
    else if (this.fragmentsAreText) this.text(fragments.view());
    else this.events.onBinary(fragments.view());
  }

  /** What came compressed, as it was before. */
  inflated(payload: Buffer, isText: boolean): void {
    if (isText) this.text(payload);
    else this.events.onBinary(payload);
  }

  private text(payload: Buffer): void {
    if (this.validateUtf8 && !isUtf8(payload)) this.fault('badencoding');
    else this.events.onText(payload.toString());
  }

  private control(opcode: number, payload: Buffer): void {
    if (opcode === Opcode.ping) return this.events.onPing(payload);
    if (opcode === Opcode.pong) return this.events.onPong(payload);
    if (payload.length === 0) return this.close(undefined, '');
    if (payload.length === 1) return void this.fault('badframe');
    const code = payload.readUInt16BE(0);
    if (!isCloseCode(code)) return void this.fault('badframe');
    const reason = payload.subarray(2);
    if (!isUtf8(reason)) return void this.fault('badencoding');
    this.close(code, reason.toString());
  }

  private close(code: number | undefined, reason: string): void {
    this.stop();
    this.events.onClose(code, reason);
  }

  private fault(fault: 'badframe' | 'badencoding' | 'badsize'): false {
    this.stop();
    this.events.onFault(fault);
    return false;
  }
}

/** What cannot be compressed grows a little: deflate's stored blocks have 5 bytes each (RFC 1951, section 3.2.4). */
function compressedLimit(maxFrameSize: number): number {
  return maxFrameSize + (maxFrameSize >> 8) + 64;
}
