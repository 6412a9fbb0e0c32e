import { MAX_DEPTH } from './values.js';

/** What a value begins with: bytes of header, bytes of payload behind it, and how many values are in it. */
interface Head {
  size: number;
  payload: number;
  items: number;
}

const head: Head = { size: 0, payload: 0, items: 0 };

/**
 * Whether bytes are one value in MessagePack, with all that its headers claim: a decoder makes room for what they claim before it sees that it is not there, and a
 * few bytes can claim all the memory that there is.
 */
export function wellFormed(bytes: Buffer): boolean {
  const open = [1];
  let at = 0;
  while (open.length > 0) {
    const last = open.length - 1;
    if (open[last] === 0) {
      open.pop();
      continue;
    }
    (open[last] as number)--;
    if (!readHead(bytes, at)) return false;
    at += head.size + head.payload;
    if (at > bytes.length || head.items > bytes.length - at) return false;
    if (head.items > 0 && open.push(head.items) > MAX_DEPTH) return false;
  }
  return at === bytes.length;
}

/** Bytes of the lengths and numbers behind the first byte, from 0xc4 on (MessagePack specification, "Formats"). */
const LENGTH_BYTES = [1, 2, 4, 1, 2, 4];
const NUMBER_BYTES = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8];
const FIXED_EXTENSION_BYTES = [1, 2, 4, 8, 16];

function readHead(bytes: Buffer, at: number): boolean {
  const first = bytes[at];
  if (first === undefined) return false;
  if (first < 0x80 || first >= 0xe0) return set(1, 0, 0);
  if (first < 0x90) return set(1, 0, 2 * (first & 0x0f));
  if (first < 0xa0) return set(1, 0, first & 0x0f);
  if (first < 0xc0) return set(1, first & 0x1f, 0);
  if (first < 0xc4) return first !== 0xc1 && set(1, 0, 0);
  if (first < 0xca) return readSized(bytes, at, LENGTH_BYTES[first - 0xc4] as number, first < 0xc7 ? 0 : 1);
  if (first < 0xd4) return set(1, NUMBER_BYTES[first - 0xca] as number, 0);
  if (first < 0xd9) return set(2, FIXED_EXTENSION_BYTES[first - 0xd4] as number, 0);
  if (first < 0xdc) return readSized(bytes, at, LENGTH_BYTES[first - 0xd9] as number, 0);
  return readContainer(bytes, at, first % 2 === 0 ? 2 : 4, first < 0xde ? 1 : 2);
}

/** A string, bytes or an extension, whose length follows, and the type of an extension after that. */
function readSized(bytes: Buffer, at: number, lengthBytes: number, typeBytes: number): boolean {
  const size = 1 + lengthBytes + typeBytes;
  return at + size <= bytes.length && set(size, bytes.readUIntBE(at + 1, lengthBytes), 0);
}

/** An array, or a map with two values for each entry. */
function readContainer(bytes: Buffer, at: number, lengthBytes: number, values: number): boolean {
  const size = 1 + lengthBytes;
  return at + size <= bytes.length && set(size, 0, values * bytes.readUIntBE(at + 1, lengthBytes));
}

function set(size: number, payload: number, items: number): true {
  head.size = size;
  head.payload = payload;
  head.items = items;
  return true;
}
