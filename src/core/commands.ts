import { describe, VaqueroError } from './errors.js';

/**
 * Frames and commands: what a callback can reply besides plain strings and bytes. They are data; `interpreter.ts` is the one
 * place that acts on them.
 */

const BRAND = Symbol.for('vaquero.command');

/** What all frames and commands have in common: a `kind` by which the interpreter chooses. */
export abstract class Command {
  /** By which two copies of the package in one process recognize each other's, and TypeScript that nothing else is a command. */
  get [BRAND](): true {
    return true;
  }
}

/** @internal Whether a value is a frame or command. */
export function isCommand(value: object): value is AnyCommand {
  return (value as { [BRAND]?: true })[BRAND] === true;
}

/** @internal Whether a value is a frame, be it of another copy of the package. */
export function isFrame(value: unknown): value is Frame {
  return typeof value === 'object' && value !== null && isCommand(value) && value.kind === 'frame';
}

/** A data or control frame, ready to be sent any number of times; its payload is not copied, so leave it as it is. */
export class Frame extends Command {
  readonly kind = 'frame';
  /** @internal The frame as the WebSocket transport encoded it, so that a thousand receivers share one encoding. */
  encoded: Buffer | null = null;

  constructor(
    readonly type: 'text' | 'binary' | 'ping' | 'pong',
    readonly payload: string | Buffer,
  ) {
    super();
  }
}

/** @internal The types of frames, in an order that stands for them between nodes. */
export const FRAME_TYPES: readonly Frame['type'][] = ['text', 'binary', 'ping', 'pong'];

/** Ends the connection with a close frame; made by {@link close} and {@link stop}. */
export class Close extends Command {
  readonly kind = 'close';

  constructor(
    readonly code: number,
    readonly reason: string,
  ) {
    super();
  }
}

/** Stops or resumes reading; made by {@link active}. */
export class Active extends Command {
  readonly kind = 'active';

  constructor(readonly on: boolean) {
    super();
  }
}

/** Turns compression of later frames off or on; made by {@link deflate}. */
export class Deflate extends Command {
  readonly kind = 'deflate';

  constructor(readonly on: boolean) {
    super();
  }
}

/** What {@link setOptions} can change while a connection lives. */
export interface RuntimeOptions {
  /** Milliseconds without anything from the client until the connection ends; `Infinity` for never. */
  readonly idleTimeout?: number;
  /** Bytes that one message may have, after reassembly and after inflation. */
  readonly maxFrameSize?: number;
}

/** Changes options of this connection from now on; made by {@link setOptions}. */
export class SetOptions extends Command {
  readonly kind = 'setOptions';

  constructor(readonly options: RuntimeOptions) {
    super();
  }
}

/** Sets what monitors and the log are told of a normal end; made by {@link shutdownReason}. */
export class ShutdownReason extends Command {
  readonly kind = 'shutdownReason';

  constructor(readonly value: unknown) {
    super();
  }
}

/** Answers the request that is being handled; made by {@link answer}. */
export class Answer extends Command {
  readonly kind = 'answer';

  constructor(readonly value: unknown) {
    super();
  }
}

/** @internal Every command the interpreter knows. */
export type AnyCommand = Frame | Close | Active | Deflate | SetOptions | ShutdownReason | Answer;

/** A value, or a promise of it. */
export type Awaitable<Value> = Value | PromiseLike<Value>;

/** A reply that is no promise itself. `Reply` is a promise of this and not of itself, because TypeScript cannot await a type that is. */
type Settled =
  // biome-ignore lint/suspicious/noConfusingVoidType: a callback without a return statement is a reply of nothing.
  | void
  | undefined
  | null
  | string
  | Uint8Array
  | ArrayBuffer
  | Command
  | readonly Awaitable<Reply>[]
  | Iterable<Awaitable<Reply>>
  | AsyncIterable<Awaitable<Reply>>;

/**
 * What a callback may return, and what `connection.send` takes: nothing, a string (a text frame), bytes (a binary frame), a frame
 * or command, an array or (async) iterable of these, nested as deep as you like, or a promise of any. Bytes are not copied: leave them as they are once
 * they are returned, for those above 8 KiB, and all of them where `compress` was negotiated, are read later.
 */
export type Reply = Awaitable<Settled>;

/** @internal Bytes of a control frame's payload at most (RFC 6455, section 5.5). */
export const MAX_CONTROL_PAYLOAD = 125;

/** A text frame. Throws `VAQUERO_INVALID_FRAME` unless given a string. */
export function text(payload: string): Frame {
  if (typeof payload !== 'string') throw invalid('text() takes a string', payload);
  return new Frame('text', payload);
}

/** A binary frame; the bytes are not copied, so leave them as they are. Throws `VAQUERO_INVALID_FRAME` unless given a `Uint8Array` or `ArrayBuffer`. */
export function binary(payload: Uint8Array | ArrayBuffer): Frame {
  if (!isBytes(payload)) throw invalid('binary() takes a Uint8Array, a Buffer or an ArrayBuffer', payload);
  return new Frame('binary', toBuffer(payload));
}

/** A text frame with a value as JSON, taken now. Throws `VAQUERO_INVALID_FRAME` for what JSON cannot say. */
export function json(value: unknown): Frame {
  let encoded: string | undefined;
  try {
    encoded = JSON.stringify(value);
  } catch (cause) {
    throw new VaqueroError('VAQUERO_INVALID_FRAME', `json() cannot encode ${describe(value)}: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (encoded === undefined) throw invalid('json() takes a value that JSON can say', value);
  return new Frame('text', encoded);
}

/** A ping frame (RFC 6455, section 5.5.2) of at most 125 bytes. Throws `VAQUERO_INVALID_FRAME` for more. */
export function ping(payload: string | Uint8Array | ArrayBuffer = ''): Frame {
  return new Frame('ping', controlPayload('ping', payload));
}

/** A pong frame nobody asked for (RFC 6455, section 5.5.3) of at most 125 bytes; pings are answered by the library. Throws `VAQUERO_INVALID_FRAME` for more. */
export function pong(payload: string | Uint8Array | ArrayBuffer = ''): Frame {
  return new Frame('pong', controlPayload('pong', payload));
}

/**
 * Ends the connection with this close frame; what follows it in a list is dropped, and the terminate reason is `stop`.
 * Throws `VAQUERO_INVALID_FRAME` for a code that may not be sent (RFC 6455, section 7.4) or a reason over 123 bytes.
 *
 * @param code - the close code; default 1000
 * @param reason - what the client reads; default empty
 */
export function close(code = 1000, reason = ''): Close {
  if (!isCloseCode(code)) {
    throw invalid('close() takes a code of 1000-1003, 1007-1014 or 3000-4999', code);
  }
  if (typeof reason !== 'string' || Buffer.byteLength(reason) > MAX_CONTROL_PAYLOAD - 2) {
    throw invalid('close() takes a reason of at most 123 bytes of UTF-8', reason);
  }
  return new Close(code, reason);
}

const STOP = new Close(1000, '');

/** Ends the connection with code 1000 and the terminate reason `stop`, as Cowboy's `stop` does. */
export function stop(): Close {
  return STOP;
}

/** `active(false)` stops reading the socket, `active(true)` resumes; infos still arrive and the idle timer is suspended meanwhile. Pings are still answered. */
export function active(on: boolean): Active {
  return new Active(flag('active', on));
}

/** `deflate(false)` sends later frames uncompressed, `deflate(true)` compressed again; no effect where compression was not negotiated. */
export function deflate(on: boolean): Deflate {
  return new Deflate(flag('deflate', on));
}

/** Changes `idleTimeout` (ms) or `maxFrameSize` (bytes) of this connection from now on. Checked when it is applied: `VAQUERO_INVALID_OPTION`. */
export function setOptions(options: RuntimeOptions): SetOptions {
  return new SetOptions(options);
}

/** Sets what monitors and the log are told when the connection ends normally. */
export function shutdownReason(value: unknown): ShutdownReason {
  return new ShutdownReason(value);
}

/** Answers the `bus.request` that is being handled; the first counts. Where nobody asked, it is ignored and counted. */
export function answer(value: unknown): Answer {
  return new Answer(value);
}

/** @internal Bytes as replies may be given: no other views, whose byte order or width would be a guess. */
export function isBytes(value: unknown): value is Uint8Array | ArrayBuffer {
  return value instanceof Uint8Array || value instanceof ArrayBuffer;
}

/** @internal The same bytes as a Buffer, without a copy. */
export function toBuffer(bytes: Uint8Array | ArrayBuffer): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  return bytes instanceof ArrayBuffer ? Buffer.from(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @internal Whether a close frame may carry this code (RFC 6455, section 7.4, and the codes registered since). */
export function isCloseCode(code: unknown): code is number {
  if (!Number.isInteger(code)) return false;
  const n = code as number;
  return (n >= 1000 && n <= 1014 && n !== 1004 && n !== 1005 && n !== 1006) || (n >= 3000 && n <= 4999);
}

function controlPayload(name: string, payload: string | Uint8Array | ArrayBuffer): Buffer {
  if (typeof payload !== 'string' && !isBytes(payload)) throw invalid(`${name}() takes a string or bytes`, payload);
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : toBuffer(payload);
  if (bytes.length > MAX_CONTROL_PAYLOAD) throw invalid(`${name}() takes at most 125 bytes`, `${bytes.length} bytes`);
  return bytes;
}

function flag(name: string, on: boolean): boolean {
  if (typeof on !== 'boolean')
    throw new VaqueroError('VAQUERO_INVALID_OPTION', `${name}() takes true or false, got ${describe(on)}.`);
  return on;
}

function invalid(rule: string, got: unknown): VaqueroError {
  return new VaqueroError('VAQUERO_INVALID_FRAME', `${rule}, got ${describe(got)}.`);
}
