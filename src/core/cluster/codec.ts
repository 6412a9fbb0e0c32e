import {
  Decoder,
  decodeTimestampExtension,
  Encoder,
  EXT_TIMESTAMP,
  ExtData,
  type ExtensionCodecType,
  encodeTimestampExtension,
} from '@msgpack/msgpack';
import {
  type AnyCommand,
  active,
  binary,
  close,
  deflate,
  FRAME_TYPES,
  type Frame,
  isCommand,
  ping,
  pong,
  setOptions,
  shutdownReason,
  text,
} from '../commands.js';
import { describe, isError, VaqueroError } from '../errors.js';
import { type Class, infoClass } from '../metadata.js';
import { isPlain } from '../plain.js';
import { PresenceDiff } from '../presence.js';
import { broken, notPortable, tooDeep, unreadable } from './not-portable.js';
import { infoNameOf, isDeeper, MAX_DEPTH, MAX_NESTING } from './values.js';
import { wellFormed } from './well-formed.js';

/** What MessagePack has no type for, by the number of its extension; numbers are never used again for something else. */
const Extension = { info: 1, frame: 2, command: 3, error: 4, arrayBuffer: 5 } as const;

/** In how much a meta lies in a diff: the diff, one of its lists, an entry. */
const AROUND_META = 3;

const encoders: Encoder[] = [];
let depth = 0;
/** How many objects the encoder has met in what is encoded; no more of them can lie in each other. */
let met = 0;

/**
 * A value as bytes for another node. Throws `VAQUERO_INFO_NOT_PORTABLE` for what cannot be told there.
 * @param info - what of it the application knows of, which may be as deep as `levels` whatever it is sent in
 */
export function encode(value: unknown, info = value, levels = levelsOf(info)): Uint8Array {
  if (depth === 0) met = 0;
  try {
    const encoded = pack(value);
    if (met > MAX_NESTING && isDeeper(info, levels)) throw tooDeep(info);
    return encoded;
  } catch (cause) {
    if (VaqueroError.is(cause, 'VAQUERO_INFO_NOT_PORTABLE')) throw cause;
    throw unreadable(info, cause);
  }
}

/** What another node encoded. Throws `VAQUERO_MESSAGE_REFUSED` for bytes that are not of an `encode`, and for infos of unknown names. */
export function decode(bytes: Buffer): unknown {
  if (!wellFormed(bytes)) throw refused('it is no MessagePack');
  try {
    return new Decoder({ extensionCodec: EXTENSIONS }).decode(bytes);
  } catch (cause) {
    if (VaqueroError.is(cause, 'VAQUERO_MESSAGE_REFUSED')) throw cause;
    throw refused((cause as Error).message, cause);
  }
}

/** A diff has room for every meta that could be tracked. */
function levelsOf(info: unknown): number {
  return info instanceof PresenceDiff ? MAX_NESTING + AROUND_META : MAX_NESTING;
}

/** What begins a list of at most 15 items, as messages between nodes are (MessagePack specification, "Array format family"). */
const FIXED_ARRAY = 0x90;

/** The first two items of a list, or as many as can be understood before one that cannot. */
export function decodeHead(bytes: Buffer): readonly unknown[] {
  const head: unknown[] = [];
  if (!wellFormed(bytes) || ((bytes[0] as number) & 0xf0) !== FIXED_ARRAY) return head;
  try {
    for (const item of new Decoder().decodeMulti(bytes.subarray(1))) if (head.push(item) === 2) break;
  } catch {
    // What came before it is the head.
  }
  return head;
}

/** An encoder may not be used within its own work, so there is one for each depth. */
function pack(value: unknown): Uint8Array {
  if (depth > MAX_DEPTH) throw new RangeError('too deep');
  const at = depth++;
  try {
    encoders[at] ??= new Encoder({ extensionCodec: EXTENSIONS, ignoreUndefined: true, maxDepth: MAX_DEPTH });
    return (encoders[at] as Encoder).encode(value);
  } finally {
    depth = at;
  }
}

const EXTENSIONS: ExtensionCodecType<undefined> = {
  /** Asked for everything but strings, numbers, booleans, null and undefined; `null` for what is encoded as what it is. */
  tryToEncode(value) {
    met++;
    if (typeof value !== 'object' || value === null) throw notPortable(value);
    if (Array.isArray(value) || value instanceof Uint8Array) return null;
    if (isPlain(value)) {
      if (Object.hasOwn(value, '__proto__')) throw broken(value, 'no receiver takes the key __proto__. Leave it out');
      return null;
    }
    if (isCommand(value)) return toCommand(value);
    const name = infoNameOf(value);
    if (name !== undefined) return toInfo(name, value);
    if (isError(value)) return new ExtData(Extension.error, pack([String(value.name), String(value.message), codeOf(value)]));
    if (value instanceof Date) return toTimestamp(value);
    if (value instanceof ArrayBuffer) return new ExtData(Extension.arrayBuffer, new Uint8Array(value));
    throw notPortable(value);
  },

  decode(data, type) {
    if (type === EXT_TIMESTAMP) return fromTimestamp(data);
    if (type === Extension.arrayBuffer) return new Uint8Array(data).buffer;
    const parts = decode(Buffer.from(data.buffer, data.byteOffset, data.length));
    if (!Array.isArray(parts)) throw refused('an extension has no parts');
    switch (type) {
      case Extension.info:
        return fromInfo(parts);
      case Extension.frame:
        return fromFrame(parts);
      case Extension.command:
        return fromCommand(parts);
      case Extension.error:
        return fromError(parts);
      default:
        throw refused(`it has an extension of type ${type}, which this version does not know`);
    }
  },
};

/** Its own fields, and of an error the message, which is no enumerable one. */
function toInfo(name: string, info: object): ExtData {
  const fields = { ...info };
  return new ExtData(Extension.info, pack(isError(info) ? [name, fields, String(info.message)] : [name, fields]));
}

function toTimestamp(date: Date): ExtData {
  if (Number.isNaN(date.getTime())) throw broken(date, 'it is an invalid date. Send null where there is none');
  return new ExtData(EXT_TIMESTAMP, encodeTimestampExtension(date) as Uint8Array);
}

function toCommand(command: AnyCommand): ExtData {
  switch (command.kind) {
    case 'frame':
      return new ExtData(Extension.frame, pack([FRAME_TYPES.indexOf(command.type), command.payload]));
    case 'close':
      return new ExtData(Extension.command, pack([command.kind, command.code, command.reason]));
    case 'active':
    case 'deflate':
      return new ExtData(Extension.command, pack([command.kind, command.on]));
    case 'setOptions':
      return new ExtData(Extension.command, pack([command.kind, command.options]));
    case 'shutdownReason':
      return new ExtData(Extension.command, pack([command.kind, command.value]));
    case 'answer':
      throw notPortable(command);
  }
}

/** The same class again: fields are set as they are, past constructor and setters. */
function fromInfo([name, fields, message]: unknown[]): unknown {
  if (typeof name !== 'string') throw refused('an info has no name');
  const type = infoClass(name);
  if (type === undefined) throw refused(`no class here has @Info with ${describe(name)}. Import the class on this node too`);
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) throw refused('an info has no fields');
  const info = blank(type, message);
  for (const key of Object.keys(fields)) {
    const value = (fields as Record<string, unknown>)[key];
    // What the prototype has, a setter or `__proto__`, would take an assignment; for the rest one does the same, and decoding takes a quarter less time.
    if (key in info) Object.defineProperty(info, key, { value, writable: true, enumerable: true, configurable: true });
    else info[key] = value;
  }
  return info;
}

/** An instance without fields that its constructor has not seen; errors are made by that of errors, which alone makes real ones. */
function blank(type: Class, message: unknown): Record<string, unknown> {
  if (!((type.prototype as object) instanceof Error)) return Object.create(type.prototype as object);
  return Reflect.construct(Error, typeof message === 'string' ? [message] : [], type);
}

function fromTimestamp(data: Uint8Array): Date {
  const date = decodeTimestampExtension(data);
  if (Number.isNaN(date.getTime())) throw refused('a date in it is none');
  return date;
}

/** Made as applications make them, so that none comes in that could not be made here. */
function fromFrame([type, payload]: unknown[]): Frame {
  if (type === 0) return text(payload as string);
  if (!(payload instanceof Uint8Array)) throw refused('a frame in it is none');
  const bytes = Buffer.from(payload);
  switch (type) {
    case 1:
      return binary(bytes);
    case 2:
      return ping(bytes);
    case 3:
      return pong(bytes);
    default:
      throw refused('a frame in it is none');
  }
}

function fromCommand([kind, value, reason]: unknown[]): AnyCommand {
  switch (kind) {
    case 'close':
      return close(value as number, reason as string);
    case 'active':
      return active(value as boolean);
    case 'deflate':
      return deflate(value as boolean);
    case 'setOptions':
      if (typeof value !== 'object' || value === null) throw refused('options in it are none');
      return setOptions(value);
    case 'shutdownReason':
      return shutdownReason(value);
    default:
      throw refused('a command in it is unknown');
  }
}

/** An error of another node: its name, message and code, but not its class or stack. */
function fromError([name, message, code]: unknown[]): Error {
  const error = new Error(String(message));
  error.name = String(name);
  return code === null ? error : Object.assign(error, { code });
}

function codeOf(error: Error): string | null {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : null;
}

function refused(why: string, cause?: unknown): VaqueroError {
  return new VaqueroError('VAQUERO_MESSAGE_REFUSED', `A message from another node cannot be understood: ${why}.`, { cause });
}
