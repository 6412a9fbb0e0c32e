import type { Bus } from '../core/bus.js';
import type { TerminateReason } from '../core/close.js';
import { binary, close, type Frame, isBytes, isFrame, text } from '../core/commands.js';
import type { Connection } from '../core/connection/connection.js';
import type { Life } from '../core/connection/life.js';
import type { Counters } from '../core/counters.js';
import { describe, VaqueroError } from '../core/errors.js';
import type { Ref } from '../core/ref.js';
import type { Client, Closed } from './client.js';
import type { ReceivedFrame } from './frames.js';
import type { MountedHub } from './mounted-hub.js';
import type { ReportedError } from './reported-error.js';
import type { UpgradeResponse } from './response.js';
import { settled } from './settled.js';
import type { Waits } from './wait.js';

/**
 * A connection under test, made by `mount`: what the client does and sees, and the handler behind it. What the client does happens in the order of
 * the calls; each answers a promise that resolves when it has been handled, as far as that waits for nothing from outside, and need not be awaited.
 */
export class Mounted<Handler extends object = object> {
  readonly #client: Client;
  readonly #hub: MountedHub;
  readonly #life: Life;
  readonly #waits: Waits;

  /** What completed the upgrade: its headers have what `accept` added, and the chosen sub-protocol. */
  readonly response: UpgradeResponse;

  /** @internal Made by `mount`. */
  constructor(client: Client, hub: MountedHub, waits: Waits, response: UpgradeResponse) {
    this.#client = client;
    this.#hub = hub;
    this.#life = hub.life as Life;
    this.#waits = waits;
    this.response = response;
  }

  // --- What the client does ---

  /**
   * Sends a message or a frame: a string is text, bytes are binary, and there are `ping()` and `pong()`. A client that is closing sends nothing.
   * Throws `VAQUERO_INVALID_FRAME`.
   */
  send(message: string | Uint8Array | ArrayBuffer | Frame): Promise<void> {
    const { type, payload } = toFrame(message);
    this.#client.send(type, payload);
    return settled();
  }

  /** Closes as a client does, with a close frame; without a code in it if nothing is given. Throws `VAQUERO_INVALID_FRAME`. */
  close(code?: number, reason?: string): Promise<void> {
    this.#client.close(code === undefined && reason === undefined ? null : close(code, reason));
    return settled();
  }

  /** Goes without a close frame, as when the network fails. */
  drop(): Promise<void> {
    this.#client.drop();
    return settled();
  }

  /** Stops reading: what the server sends waits there, and `backpressure` applies to what is over its limit. */
  pause(): void {
    this.#client.pause();
  }

  /** Reads so many frames more, as they come, and then nothing until told again. Default 1. Throws `VAQUERO_INVALID_OPTION`. */
  read(frames = 1): Promise<void> {
    if (!Number.isInteger(frames) || frames < 1) {
      throw new VaqueroError('VAQUERO_INVALID_OPTION', `read() takes a number of frames from 1 on, got ${describe(frames)}.`);
    }
    this.#client.read(frames);
    return settled();
  }

  /** Reads all that comes, as at the beginning. */
  resume(): Promise<void> {
    this.#client.read(Number.POSITIVE_INFINITY);
    return settled();
  }

  // --- What the client sees ---

  /** Everything that it received so far, in order. */
  get frames(): readonly ReceivedFrame[] {
    return this.#client.frames;
  }

  /**
   * The next frame that it received, or receives, after the one that `next` gave before. Rejects with `VAQUERO_NO_FRAME` when the connection ended and
   * no frame is left; why it ended is in the message and the `cause`. Rejects with `VAQUERO_WAIT_TIMEOUT` when none came in the mount's `timeout`.
   */
  next(): Promise<ReceivedFrame> {
    return this.#client.next();
  }

  /**
   * Resolves when the connection is closed, with what the client saw of it, as a browser's `CloseEvent` has it. Rejects with `VAQUERO_WAIT_TIMEOUT` when it
   * has been awaited for the mount's `timeout`.
   */
  get closed(): Promise<Closed> {
    return this.#waits.until(this.#client.closed, 'its end for the client (closed)');
  }

  // --- What the rest of the system does ---

  /** Delivers an info, as `bus.send(chat.ref, info)` does. */
  info(info: unknown): Promise<void> {
    this.bus.send(this.ref, info);
    return settled();
  }

  /** Ends the connection as a server that closes does: with 1012, and the reason `shutdown`. */
  shutdown(): Promise<void> {
    void this.#hub.drain(Number.POSITIVE_INFINITY, 0);
    return settled();
  }

  // --- What is behind it ---

  /** The instance that the container made for this connection. */
  get handler(): Handler {
    return this.#life.handler as Handler;
  }

  /** What the handler knows as its connection. */
  get connection(): Connection {
    return this.#life.connection;
  }

  /** The address of the connection. */
  get ref(): Ref {
    return this.connection.ref;
  }

  /** The bus that brings it infos. */
  get bus(): Bus {
    return this.#hub.bus;
  }

  /**
   * Resolves when `@OnTerminate` and the clean-up are over, with why the connection ended. Rejects with `VAQUERO_WAIT_TIMEOUT` when it has been awaited for
   * the mount's `timeout`.
   */
  get terminated(): Promise<TerminateReason> {
    return this.#waits.until(this.#hub.over, 'its end for the handler (terminated)');
  }

  /** What callbacks, clean-ups and `@OnUpgrade` threw or rejected with. It goes to `onError`, too, or is logged where none was given. */
  get errors(): readonly ReportedError[] {
    return this.#hub.errors;
  }

  /** What was dropped, limited, ignored and so on: a server's counters, of this connection alone. */
  get counters(): Readonly<Counters> {
    return this.#hub.counters;
  }
}

function toFrame(message: string | Uint8Array | ArrayBuffer | Frame): Frame {
  if (typeof message === 'string') return text(message);
  if (isFrame(message)) return message;
  if (isBytes(message)) return binary(message);
  throw new VaqueroError('VAQUERO_INVALID_FRAME', `send() takes a string, bytes, ping() or pong(), got ${describe(message)}.`);
}
