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
  close,
  deflate,
  FRAME_TYPES,
  Frame,
  isCommand,
  setOptions,
  shutdownReason,
} from '../commands.js';
import { describe, isError, VaqueroError } from '../errors.js';
import { type Class, infoClass, infoName } from '../metadata.js';
import { isPlain } from '../plain.js';
import { wellFormed } from './well-formed.js';

/** What MessagePack has no type for, by the number of its extension; numbers are never used again for something else. */
const Extension = { info: 1, frame: 2, command: 3, error: 4, arrayBuffer: 5 } as const;

/** How deep classes may lie in each other; plain objects and arrays have the encoder's own limit, 100. */
const MAX_DEPTH = 100;

const encoders: Encoder[] = [];
let depth = 0;

/** A value as bytes for another node. Throws `VAQUERO_INFO_NOT_PORTABLE` for what cannot be told there. */
export function encode(value: unknown): Uint8Array {
  try {
    return pack(value);
  } catch (cause) {
    if (VaqueroError.is(cause)) throw cause;
    throw new VaqueroError('VAQUERO_INFO_NOT_PORTABLE', `${describe(value)} cannot travel to another node: ${whyNot(cause)}`, {
      cause,
    });
  }
}

/** The encoder says nothing but `Error`; what else is thrown comes from the value, of a getter for example. */
function whyNot(cause: unknown): string {
  const message = isError(cause) ? cause.message : describe(cause);
  return /^too deep/i.test(message)
    ? 'it is nested too deep, or contains itself. Send less of it, or refs to the rest.'
    : `encoding it failed: ${message}`;
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
    encoders[at] ??= new Encoder({ extensionCodec: EXTENSIONS, ignoreUndefined: true });
    return (encoders[at] as Encoder).encode(value);
  } finally {
    depth = at;
  }
}

const EXTENSIONS: ExtensionCodecType<undefined> = {
  /** Asked for everything but strings, numbers, booleans, null and undefined; `null` for what is encoded as what it is. */
  tryToEncode(value) {
    if (typeof value !== 'object' || value === null) throw notPortable(value);
    if (Array.isArray(value) || value instanceof Uint8Array || isPlain(value)) return null;
    if (isCommand(value)) return toCommand(value);
    const type = value.constructor as Class;
    const name = infoName(type);
    if (name !== undefined) return new ExtData(Extension.info, pack([name, { ...value }]));
    if (isError(value)) return new ExtData(Extension.error, pack([value.name, value.message, codeOf(value)]));
    if (value instanceof Date) return new ExtData(EXT_TIMESTAMP, encodeTimestampExtension(value) as Uint8Array);
    if (value instanceof ArrayBuffer) return new ExtData(Extension.arrayBuffer, new Uint8Array(value));
    throw notPortable(value);
  },

  decode(data, type) {
    if (type === EXT_TIMESTAMP) return decodeTimestampExtension(data);
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
function fromInfo([name, fields]: unknown[]): unknown {
  if (typeof name !== 'string') throw refused('an info has no name');
  const type = infoClass(name);
  if (type === undefined) throw refused(`no class here has @Info with ${describe(name)}. Import the class on this node too`);
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) throw refused('an info has no fields');
  const info = Object.create(type.prototype as object) as Record<string, unknown>;
  for (const key of Object.keys(fields)) {
    const value = (fields as Record<string, unknown>)[key];
    // What the prototype has, a setter or `__proto__`, would take an assignment; for the rest one does the same, and decoding takes a quarter less time.
    if (key in info) Object.defineProperty(info, key, { value, writable: true, enumerable: true, configurable: true });
    else info[key] = value;
  }
  return info;
}

function fromFrame([index, payload]: unknown[]): Frame {
  const type = FRAME_TYPES[index as number];
  const fits = type === 'text' ? typeof payload === 'string' : payload instanceof Uint8Array;
  if (type === undefined || !fits) throw refused('a frame in it is none');
  return new Frame(type, typeof payload === 'string' ? payload : Buffer.from(payload as Uint8Array));
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
      return setOptions(value as object);
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

function notPortable(value: unknown): VaqueroError {
  const name = typeof value === 'object' && value !== null ? value.constructor?.name : undefined;
  return new VaqueroError(
    'VAQUERO_INFO_NOT_PORTABLE',
    `${describe(value)} cannot travel to another node. JSON values, bytes, dates, errors, frames and classes with @Info can` +
      `${name === undefined ? '' : `: give ${name} a name with @Info('…'), or send a plain object`}.`,
  );
}

function refused(why: string, cause?: unknown): VaqueroError {
  return new VaqueroError('VAQUERO_MESSAGE_REFUSED', `A message from another node cannot be understood: ${why}.`, { cause });
}
