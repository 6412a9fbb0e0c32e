import { isNode } from './channels.js';

/** What is around each message between nodes: `vq`, the version, the kind, and who sends it. */

const MAGIC = 0x7671;
/** Raised when a node that does not know the new form could misunderstand it. */
const VERSION = 1;
const FIXED = 5;

/** Kinds of messages; numbers are never used again for something else. */
export const Kind = {
  /** Body: the info. */
  publish: 1,
  /** Body: ref, info. */
  send: 2,
  /** Body: ref, id, info. */
  request: 3,
  /** Body: id, value. */
  answer: 4,
  /** Body: id, why there is no answer. */
  failure: 5,
  /** Body: ref. */
  monitor: 6,
  /** Body: ref. */
  demonitor: 7,
  /** Body: ref, reason. */
  down: 8,
  /** Body: the node that sends it. It was away, and wants to be told again whom it shall watch. */
  back: 9,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** A message between nodes, its body not yet decoded. */
export interface Envelope {
  readonly kind: number;
  readonly from: string;
  readonly body: Buffer;
}

/** Puts a body into its envelope. */
export function seal(kind: Kind, from: string, body: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(FIXED + from.length + body.length);
  message.writeUInt16BE(MAGIC, 0);
  message[2] = VERSION;
  message[3] = kind;
  message[4] = from.length;
  message.write(from, FIXED, 'latin1');
  message.set(body, FIXED + from.length);
  return message;
}

/** Opens an envelope; a string says why it cannot be. */
export function unseal(message: Uint8Array): Envelope | string {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.length);
  if (bytes.length < FIXED || bytes.readUInt16BE(0) !== MAGIC) return 'it is none of ours';
  if (bytes[2] !== VERSION) return `it is of version ${bytes[2]}, and this is version ${VERSION}. Update this node`;
  const end = FIXED + (bytes[4] as number);
  if (bytes.length < end) return 'it ends too early';
  const from = bytes.toString('latin1', FIXED, end);
  return isNode(from) ? { kind: bytes[3] as number, from, body: bytes.subarray(end) } : 'its sender is no node';
}
