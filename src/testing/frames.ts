import { NO_STATUS } from '../core/close.js';
import { FIN, headerSize, MASKED, Opcode, writeHeader } from '../transports/ws/frame.js';

/** A frame as the client receives it. */
export type ReceivedFrame =
  | { readonly type: 'text'; readonly payload: string }
  | { readonly type: 'binary' | 'ping' | 'pong'; readonly payload: Buffer }
  /** `code` is 1005 for a close frame without one, as browsers show it. */
  | { readonly type: 'close'; readonly code: number; readonly reason: string; readonly payload?: undefined };

/** A client's frame, masked with zeros, which leave the payload as it is (RFC 6455, section 5.3). */
export function clientFrame(type: keyof typeof Opcode, payload: string | Uint8Array): Buffer {
  const bytes = Buffer.from(payload as Uint8Array);
  const header = headerSize(bytes.length);
  const frame = Buffer.alloc(header + 4 + bytes.length);
  writeHeader(frame, 0, FIN | Opcode[type], bytes.length);
  frame[1] = (frame[1] as number) | MASKED;
  bytes.copy(frame, header + 4);
  return frame;
}

/** The server's frame that these bytes begin with, and its size; `null` if it is not whole. The server does not fragment or mask. */
export function serverFrame(bytes: Buffer): { readonly frame: ReceivedFrame; readonly size: number } | null {
  if (bytes.length < 2) return null;
  const short = bytes[1] as number;
  const header = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < header) return null;
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : bytes.readUIntBE(4, 6);
  const size = header + length;
  return bytes.length < size ? null : { frame: receivedFrame(bytes[0] as number, bytes.subarray(header, size)), size };
}

function receivedFrame(firstByte: number, payload: Buffer): ReceivedFrame {
  switch (firstByte & 0x0f) {
    case Opcode.text:
      return { type: 'text', payload: payload.toString() };
    case Opcode.binary:
      return { type: 'binary', payload: payload };
    case Opcode.ping:
      return { type: 'ping', payload: payload };
    case Opcode.pong:
      return { type: 'pong', payload: payload };
    default:
      return payload.length === 0
        ? { type: 'close', code: NO_STATUS, reason: '' }
        : { type: 'close', code: payload.readUInt16BE(), reason: payload.subarray(2).toString() };
  }
}
