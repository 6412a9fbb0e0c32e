import type { TerminateReason } from './close.js';
import type { Frame } from './commands.js';

/** What carries a connection's frames. It gathers what it is given and writes it when the turn ends, or on `uncork`. */
export interface Transport {
  /** Gathers until `uncork`, which comes in the same turn. */
  cork(): void;
  /** Writes what was gathered. */
  uncork(): void;
  sendText(payload: string): void;
  sendBinary(payload: Buffer): void;
  sendFrame(frame: Frame): void;
  /** Compress later messages or not; means nothing where compression was not negotiated. */
  setDeflate(on: boolean): void;
  setMaxFrameSize(bytes: number): void;
  /** Stops reading; what was read already may still be delivered. */
  pause(): void;
  resume(): void;
  /** Bytes that wait to be written. */
  readonly waiting: number;
  /** Writes what was gathered; false if it is wise to wait for `drained` before sending more, as with `write` of Node's streams. */
  flush(): boolean;
  /** Sends what is queued and a close frame, and ends; `NO_STATUS` for a close frame without a code, `null` where no close frame can be sent. Nothing is delivered any more. */
  close(code: number | null, reason: string): void;
  /** Cuts the connection at once. */
  cut(): void;
}

/** What a transport tells the connection. While it is being called, it calls `congested` and `drained`, and nothing else. */
export interface TransportListener {
  /** Anything at all came from the client. */
  heard(): void;
  text(message: string): void;
  binary(payload: Buffer): void;
  /** The transport has answered the ping already. */
  ping(payload: Buffer): void;
  pong(payload: Buffer): void;
  /** The client's side has ended, with a close frame, a fault or without a word. At most once. */
  finished(reason: TerminateReason): void;
  /** More waits to be written than `backpressure.limit` allows. */
  congested(): void;
  /** What was written has left. */
  drained(): void;
  /** The transport has let go of everything. Once, last. */
  gone(): void;
}
