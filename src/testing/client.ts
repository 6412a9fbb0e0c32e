import { NO_STATUS } from '../core/close.js';
import type { Close } from '../core/commands.js';
import { closePayload } from '../transports/ws/frame.js';
import { clientFrame, type ReceivedFrame, serverFrame } from './frames.js';
import { type FarEnd, LocalSocket } from './local-socket.js';
import { readResponse, type UpgradeResponse } from './response.js';
import { settled } from './settled.js';
import type { Waits } from './wait.js';

const EMPTY = Buffer.alloc(0);

/** How a client sees a connection end: 1005 for a close frame without a code, 1006 where none came. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** What waits for the next frame. */
interface Waiter {
  resolve(frame: ReceivedFrame): void;
  reject(error: Error): void;
}

/** A WebSocket client without a network: it does by itself what every client must, answer pings and close frames, and reads when it is told to. */
export class Client implements FarEnd {
  readonly socket = new LocalSocket(this);
  /** All that was received so far. */
  readonly frames: ReceivedFrame[] = [];
  readonly response: Promise<UpgradeResponse>;
  readonly closed: Promise<Closed>;

  readonly #pongs: boolean;
  readonly #waits: Waits;
  /** Says why no frame comes any more. */
  readonly #whyNone: () => Error;
  #answered: (response: UpgradeResponse) => void = () => undefined;
  #onClosed: (closed: Closed) => void = () => undefined;
  #open = false;
  #bytes: Buffer = EMPTY;
  /** Frames that it will read before it stops. */
  #credit = Number.POSITIVE_INFINITY;
  /** Gives the server its buffer back, when all that was in it is read. */
  #taken: (() => void) | null = null;
  #nextFrame = 0;
  readonly #waiters: Waiter[] = [];
  #closing = false;
  #gone = false;

  constructor(pongs: boolean, waits: Waits, whyNone: () => Error) {
    this.#pongs = pongs;
    this.#waits = waits;
    this.#whyNone = whyNone;
    this.response = new Promise((resolve) => {
      this.#answered = resolve;
    });
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
  }

  // --- What a test has it do ---

  /** Sends a frame, unless it is closing. */
  send(type: 'text' | 'binary' | 'ping' | 'pong', payload: string | Uint8Array): void {
    if (!this.#closing) this.socket.push(clientFrame(type, payload));
  }

  /** Sends a close frame, after which it sends nothing; `null` for one without a code. */
  close(close: Close | null): void {
    if (this.#closing) return;
    this.#closing = true;
    this.socket.push(clientFrame('close', closePayload(close?.code ?? NO_STATUS, close?.reason ?? '')));
  }

  /** Goes without a word. */
  drop(): void {
    this.#closing = true;
    this.socket.destroy();
  }

  /** Reads nothing. */
  pause(): void {
    this.#credit = 0;
  }

  /** Reads so many frames more, and then stops. */
  read(frames: number): void {
    this.#credit = frames + (this.#credit === Number.POSITIVE_INFINITY ? 0 : this.#credit);
    this.#read();
  }

  /** The next frame that was not taken; rejects when none can come. */
  next(): Promise<ReceivedFrame> {
    const frame = this.frames[this.#nextFrame];
    if (frame !== undefined) {
      this.#nextFrame++;
      return Promise.resolve(frame);
    }
    if (!this.#gone) return this.#wait();
    const none = Promise.reject<ReceivedFrame>(this.#whyNone());
    // Who does not await it, or not yet, has not failed.
    none.catch(() => undefined);
    return none;
  }

  #wait(): Promise<ReceivedFrame> {
    let leave: () => void = () => undefined;
    const received = new Promise<ReceivedFrame>((resolve, reject) => {
      const waiter = { resolve, reject };
      this.#waiters.push(waiter);
      leave = () => this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
    });
    // A frame that comes after all is the next one's.
    return this.#waits.until(received, 'the next frame', leave);
  }

  /** Whether it reads what comes. */
  get reading(): boolean {
    return this.#credit > 0;
  }

  // --- What the socket tells it ---

  receive(chunk: Buffer, taken: () => void): void {
    this.#bytes = this.#bytes.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#bytes, chunk]);
    this.#taken = taken;
    this.#read();
  }

  ended(): void {
    this.#closing = true;
    this.#readResponse(true);
    this.socket.push(null);
  }

  gone(): void {
    this.#closing = this.#gone = true;
    const last = this.frames.at(-1);
    this.#onClosed(last?.type === 'close' ? { code: last.code, reason: last.reason } : { code: 1006, reason: '' });
    // The connection's own end is not over yet, and belongs to what is said of it.
    void settled().then(() => {
      for (const { reject } of this.#waiters.splice(0)) reject(this.#whyNone());
    });
  }

  // --- Reading ---

  #read(): void {
    if (!this.#open) this.#readResponse(false);
    while (this.#open && this.#credit > 0) {
      const next = serverFrame(this.#bytes);
      if (next === null) break;
      this.#bytes = this.#bytes.subarray(next.size);
      this.#credit--;
      this.#receive(next.frame);
    }
    // What it does not read stays in the server's buffer; the beginning of a frame does not, as long as it goes on reading.
    if (this.#bytes.length > 0 && this.#credit === 0) return;
    const taken = this.#taken;
    this.#taken = null;
    taken?.();
  }

  #readResponse(whole: boolean): void {
    if (this.#open) return;
    const read = readResponse(this.#bytes);
    // A refusal has a body, of which nobody but the end of the socket says that it is whole.
    if (read === null || (read.response.status !== 101 && !whole)) return;
    this.#open = read.response.status === 101;
    this.#bytes = read.rest;
    this.#answered(read.response);
  }

  #receive(frame: ReceivedFrame): void {
    this.frames.push(frame);
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      this.#nextFrame++;
      waiter.resolve(frame);
    }
    if (frame.type === 'ping' && this.#pongs) this.send('pong', frame.payload);
    if (frame.type === 'close') this.#closeToo();
  }

  /** RFC 6455, section 7.1.1: the server closes the socket first; a client that has answered lets it go. */
  #closeToo(): void {
    this.close(null);
    this.socket.push(null);
  }
}
