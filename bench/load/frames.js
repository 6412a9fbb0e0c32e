// Client frames (RFC 6455, section 5.2), built before a run and sent again and again.
import { randomBytes } from 'node:crypto';

export const OPCODE = { text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa };

/** One frame of a client. Only the `bytes` control is sent unmasked ones. */
export function clientFrame(opcode, payload, masked = true) {
  const header = frameHeader(opcode, payload.length, masked);
  if (!masked) return Buffer.concat([header, payload]);

  const key = randomBytes(4);
  const body = Buffer.from(payload);
  for (let i = 0; i < body.length; i++) body[i] ^= key[i & 3];
  return Buffer.concat([header, key, body]);
}

function frameHeader(opcode, length, masked) {
  const first = 0x80 | opcode;
  const mask = masked ? 0x80 : 0;
  if (length < 126) return Buffer.from([first, mask | length]);
  if (length < 65536) return Buffer.from([first, mask | 126, length >> 8, length & 0xff]);

  const header = Buffer.alloc(10);
  header[0] = first;
  header[1] = mask | 127;
  header.writeUInt32BE(length, 6);
  return header;
}
