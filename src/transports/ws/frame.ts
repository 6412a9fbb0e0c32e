import { NO_STATUS } from '../../core/close.js';
import { MAX_CONTROL_PAYLOAD } from '../../core/commands.js';

// The arithmetic of frames (RFC 6455, section 5.2); knows no socket.

/** What a frame is: the low four bits of its first byte. */
export const Opcode = { continuation: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;

/** Of the first byte: the last fragment of a message, or all of it. */
export const FIN = 0x80;
/** Of the first byte: the message is compressed (RFC 7692, section 6). */
export const RSV1 = 0x40;
/** Of the second byte: the payload is masked, as a client's must be. */
export const MASKED = 0x80;

/** The payload of a close frame (section 5.5.1): empty for {@link NO_STATUS}. */
export function closePayload(code: number, reason: string): Buffer {
  if (code === NO_STATUS) return EMPTY;
  const payload = Buffer.allocUnsafe(MAX_CONTROL_PAYLOAD);
  payload.writeUInt16BE(code, 0);
  return payload.subarray(0, 2 + payload.write(reason, 2));
}

const EMPTY = Buffer.alloc(0);

/** Bytes of an unmasked frame's header, for a payload of so many bytes. */
export function headerSize(payloadLength: number): 2 | 4 | 10 {
  return payloadLength < 126 ? 2 : payloadLength < 65_536 ? 4 : 10;
}

/** Writes an unmasked, final frame's header. */
export function writeHeader(target: Buffer, at: number, firstByte: number, payloadLength: number): void {
  target[at] = firstByte;
  if (payloadLength < 126) {
    target[at + 1] = payloadLength;
  } else if (payloadLength < 65_536) {
    target[at + 1] = 126;
    target.writeUInt16BE(payloadLength, at + 2);
  } else {
    target[at + 1] = 127;
    target.writeUIntBE(0, at + 2, 2);
    target.writeUIntBE(payloadLength, at + 4, 6);
  }
}

/** Payload bytes from which words are unmasked instead of bytes: below, the view costs more than it saves. */
const WORDS_FROM = 96;

/** Words are in this machine's byte order. */
const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/**
 * Unmasks in place (section 5.3). Answers the bits that any byte had set: below 0x80 the payload was ASCII, and so valid UTF-8 that
 * can be decoded without a look at each byte.
 */
export function unmask(buffer: Buffer, maskAt: number, from: number, to: number): number {
  const m0 = buffer[maskAt] as number;
  const m1 = buffer[maskAt + 1] as number;
  const m2 = buffer[maskAt + 2] as number;
  const m3 = buffer[maskAt + 3] as number;
  if (to - from < WORDS_FROM) return unmaskBytes(buffer, from, to, m0, m1, m2, m3);

  const misaligned = (buffer.byteOffset + from) & 3;
  const head = misaligned === 0 ? 0 : 4 - misaligned;
  let bits = unmaskBytes(buffer, from, from + head, m0, m1, m2, m3);
  // The mask turned to where the first whole word begins.
  let r0 = m0;
  let r1 = m1;
  let r2 = m2;
  let r3 = m3;
  for (let i = 0; i < head; i++) {
    const first = r0;
    r0 = r1;
    r1 = r2;
    r2 = r3;
    r3 = first;
  }
  const mask = LITTLE_ENDIAN ? r0 | (r1 << 8) | (r2 << 16) | (r3 << 24) : (r0 << 24) | (r1 << 16) | (r2 << 8) | r3;
  const words = new Int32Array(buffer.buffer, buffer.byteOffset + from + head, (to - from - head) >> 2);
  let wordBits = 0;
  for (let i = 0; i < words.length; i++) wordBits |= words[i] = (words[i] as number) ^ mask;
  if ((wordBits & 0x8080_8080) !== 0) bits |= 0x80;
  return bits | unmaskBytes(buffer, from + head + 4 * words.length, to, r0, r1, r2, r3);
}

function unmaskBytes(buffer: Buffer, from: number, to: number, m0: number, m1: number, m2: number, m3: number): number {
  let bits = 0;
  let i = from;
  for (; i + 3 < to; i += 4) {
    const b0 = (buffer[i] as number) ^ m0;
    const b1 = (buffer[i + 1] as number) ^ m1;
    const b2 = (buffer[i + 2] as number) ^ m2;
    const b3 = (buffer[i + 3] as number) ^ m3;
    buffer[i] = b0;
    buffer[i + 1] = b1;
    buffer[i + 2] = b2;
    buffer[i + 3] = b3;
    bits |= b0 | b1 | b2 | b3;
  }
  if (i < to) bits |= buffer[i] = (buffer[i] as number) ^ m0;
  if (i + 1 < to) bits |= buffer[i + 1] = (buffer[i + 1] as number) ^ m1;
  if (i + 2 < to) bits |= buffer[i + 2] = (buffer[i + 2] as number) ^ m2;
  return bits;
}
