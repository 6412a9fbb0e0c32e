import { type AnyCommand, type Close, type Frame, isBytes, isCommand, type RuntimeOptions, toBuffer } from './commands.js';
import { describe, isError, VaqueroError } from './errors.js';

/** What the interpreter acts on: a connection, seen as something that replies can be applied to. */
export interface Target {
  /** False once the connection is ending: whatever comes then is dropped. */
  readonly open: boolean;
  /** False once the client has left, too: generators are not pulled any more. */
  readonly listening: boolean;
  /** Who replies, for error messages. */
  readonly replier: string;
  sendText(payload: string): void;
  sendBinary(payload: Buffer): void;
  sendFrame(frame: Frame): void;
  stop(close: Close): void;
  setActive(on: boolean): void;
  setDeflate(on: boolean): void;
  setOptions(options: RuntimeOptions): void;
  setShutdownReason(value: unknown): void;
  answer(value: unknown): void;
  /** A promise of room in the outgoing buffer, or `null` when there is room now. */
  room(): Promise<void> | null;
  /** Calls back when the client leaves or the connection ends; the answer takes that back. */
  onEnd(callback: () => void): () => void;
  /** Takes an error of a part of a reply whose other part has failed before. */
  failed(error: unknown): void;
}

/**
 * Applies a reply, in order, at once where it can and with no promise; otherwise the promise that is answered settles when all
 * of it is applied. Throws or rejects with `VAQUERO_INVALID_REPLY` where something in it is no reply.
 */
export function interpret(reply: unknown, target: Target): Promise<void> | undefined {
  if (reply === undefined || reply === null || !target.open) return discard(reply, target);
  if (typeof reply === 'string') return void target.sendText(reply);
  if (typeof reply !== 'object') throw invalidReply(reply, target);
  if (isCommand(reply)) return void apply(reply, target);
  if (isBytes(reply)) return void target.sendBinary(toBuffer(reply));
  const items = itemsOf(reply);
  if (items !== undefined) return each(items, target);
  if (isThenable(reply)) return settle(reply, target);
  if (isIterator(reply, Symbol.asyncIterator)) return pullAsync(reply[Symbol.asyncIterator](), target);
  if (isIterator(reply, Symbol.iterator)) return pull(reply[Symbol.iterator](), target);
  throw invalidReply(reply, target);
}

function apply(command: AnyCommand, target: Target): void {
  switch (command.kind) {
    case 'frame':
      return target.sendFrame(command);
    case 'close':
      return target.stop(command);
    case 'active':
      return target.setActive(command.on);
    case 'deflate':
      return target.setDeflate(command.on);
    case 'setOptions':
      return target.setOptions(command.options);
    case 'shutdownReason':
      return target.setShutdownReason(command.value);
    case 'answer':
      return target.answer(command.value);
  }
}

/** The items of what has them all already, promises among them; an iterator makes its items one by one. */
function itemsOf(reply: unknown): readonly unknown[] | undefined {
  if (Array.isArray(reply)) return reply;
  return reply instanceof Set ? [...reply] : undefined;
}

function each(list: readonly unknown[], target: Target): Promise<void> | undefined {
  for (let i = 0; i < list.length; i++) {
    let pending: Promise<void> | undefined;
    try {
      pending = interpret(list[i], target);
    } catch (error) {
      drop(list.slice(i + 1), target);
      throw error;
    }
    if (pending !== undefined) return eachAfter(pending, list.slice(i + 1), target);
  }
  return undefined;
}

/** The rest of a list, when what is before it is done; its promises may be rejected long before. */
async function eachAfter(before: Promise<void>, rest: readonly unknown[], target: Target): Promise<void> {
  observe(rest);
  let next = 0;
  try {
    await before;
    while (next < rest.length) {
      const pending = interpret(rest[next++], target);
      if (pending !== undefined) await pending;
    }
  } catch (error) {
    drop(rest.slice(next), target);
    throw error;
  }
}

/** Keeps a rejection from being taken for one that nobody handles, until its turn has come. */
function observe(reply: unknown): void {
  const items = itemsOf(reply);
  if (items !== undefined) for (const item of items) observe(item);
  else if (isThenable(reply)) Promise.resolve(reply).catch(ignore);
}

/** Lets go of what is not replied any more because something before it failed; what fails of it is told. */
function drop(reply: unknown, target: Target): void {
  const items = itemsOf(reply);
  if (items !== undefined) for (const item of items) drop(item, target);
  else if (isThenable(reply)) {
    Promise.resolve(reply).then(
      (value) => drop(value, target),
      (error) => target.failed(error),
    );
  }
}

async function settle(promise: PromiseLike<unknown>, target: Target): Promise<void> {
  const pending = interpret(await promise, target);
  if (pending !== undefined) await pending;
}

/** Pulls a synchronous iterator at the pace at which the client reads, and stays synchronous as long as there is room. */
function pull(iterator: Iterator<unknown>, target: Target): Promise<void> | undefined {
  try {
    for (let i = 0; target.listening; i++) {
      const pending = i === ITEMS_A_TURN ? nextTurn() : (target.room() ?? step(iterator, target));
      if (pending === DONE) return undefined;
      if (pending !== undefined) return pullAfter(pending, iterator, target);
    }
  } catch (error) {
    throw finishAfter(error, iterator, target);
  }
  finish(iterator);
  return undefined;
}

/** A loop, not a chain: each pause of an endless iterator would add to a chain. */
async function pullAfter(before: Promise<void>, iterator: Iterator<unknown>, target: Target): Promise<void> {
  try {
    await before;
    for (let i = 1; target.listening; i++) {
      const pending = i % ITEMS_A_TURN === 0 ? nextTurn() : (target.room() ?? step(iterator, target));
      if (pending === DONE) return;
      if (pending !== undefined) await pending;
    }
  } catch (error) {
    throw finishAfter(error, iterator, target);
  }
  finish(iterator);
}

const DONE = Symbol('done');

/** Items after which an iterator leaves the process to others, be there room for more or not. */
const ITEMS_A_TURN = 256;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function step(iterator: Iterator<unknown>, target: Target): Promise<void> | undefined | typeof DONE {
  const { done, value } = iterator.next();
  return done ? DONE : interpret(value, target);
}

/** Finishes an iterator that failed, or whose item was no reply; a `finally` in it may fail as well. Answers the first error. */
function finishAfter(error: unknown, iterator: Iterator<unknown>, target: Target): unknown {
  try {
    finish(iterator);
  } catch (second) {
    target.failed(second);
  }
  return error;
}

function finish(iterator: Iterator<unknown>): void {
  iterator.return?.();
}

/** Pulls an asynchronous iterator at the pace at which the client reads; when the connection ends it is returned at once, even while its next item is awaited. */
async function pullAsync(iterator: AsyncIterator<unknown>, target: Target): Promise<void> {
  let returned: Promise<unknown> | undefined;
  const giveBack = () => {
    returned ??= (async () => iterator.return?.())();
    // Awaited below; a rejection must not be seen as unhandled before that.
    returned.catch(ignore);
  };
  const forget = target.onEnd(giveBack);
  try {
    for (let i = 1; target.listening; i++) {
      const full = i % ITEMS_A_TURN === 0 ? nextTurn() : target.room();
      if (full !== null) await full;
      if (!target.listening) break;
      const { done, value } = await iterator.next();
      if (done) return;
      const pending = interpret(value, target);
      if (pending !== undefined) await pending;
    }
    giveBack();
  } catch (error) {
    giveBack();
    returned?.catch((second) => target.failed(second));
    returned = undefined;
    throw error;
  } finally {
    forget();
    if (returned !== undefined) await returned;
  }
}

function ignore(): void {}

/** Drops a reply to a connection that is ending, without leaving a generator open or a rejection unseen. */
function discard(reply: unknown, target: Target): Promise<void> | undefined {
  if (typeof reply !== 'object' || reply === null || isCommand(reply) || isBytes(reply)) return undefined;
  const items = itemsOf(reply);
  if (items !== undefined) return each(items, target);
  if (isThenable(reply)) return settle(reply, target);
  if (isIterator(reply, Symbol.asyncIterator)) return pullAsync(reply[Symbol.asyncIterator](), target);
  if (isIterator(reply, Symbol.iterator)) finish(reply[Symbol.iterator]());
  return undefined;
}

/** Whether a value is a promise, or as good as one. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

function isIterator<K extends typeof Symbol.iterator | typeof Symbol.asyncIterator>(
  value: object,
  key: K,
): value is { [P in K]: () => P extends typeof Symbol.iterator ? Iterator<unknown> : AsyncIterator<unknown> } {
  return typeof (value as { [P in K]?: unknown })[key] === 'function';
}

function invalidReply(got: unknown, target: Target): VaqueroError {
  return new VaqueroError(
    'VAQUERO_INVALID_REPLY',
    `${target.replier} replied with ${describe(got)}, which is no reply. A callback may return nothing, a string (text frame), a Uint8Array, Buffer or ArrayBuffer ` +
      '(binary frame), a frame or command such as json(value), ping() or close(), an array or (async) iterable of these, or a promise of any. ' +
      adviceFor(got),
  );
}

function adviceFor(got: unknown): string {
  if (typeof got === 'function') return 'To reply with what a function makes, call it, as in close().';
  if (isError(got)) return 'To fail, throw the error.';
  return typeof got === 'object' ? 'To send an object, return json(object).' : 'To send a value as text, return String(value).';
}
