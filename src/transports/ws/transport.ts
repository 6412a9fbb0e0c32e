import type { Carrier } from '../../core/carrier.js';
import type { TerminateReason } from '../../core/close.js';
import type { Frame } from '../../core/commands.js';
import { Alarm, type Timers } from '../../core/timers.js';
import type { Transport, TransportListener } from '../../core/transport.js';
import type { Deflater } from './deflate.js';
import { closePayload, Opcode } from './frame.js';
import { Receiver, type ReceiverEvents } from './receiver.js';
import { Sender } from './sender.js';

/** Milliseconds that a client has to answer a close frame, and to let go of the socket after that. */
const CLOSE_TIMEOUT = 5_000;

const TRANSPORT = Symbol('transport');

interface CarrierSocket extends Carrier {
  [TRANSPORT]?: WebSocketTransport;
}

/** What a connection needs to be carried over a WebSocket. */
export interface Carriage {
  readonly socket: Carrier;
  readonly deflater: Deflater | null;
  readonly maxFrameSize: number;
  readonly validateUtf8: boolean;
  readonly maxFragments: number;
  readonly backpressureLimit: number;
  readonly timers: Timers;
}

/** Carries a connection over a socket that has been upgraded (RFC 6455): frames in, frames out, and the closing handshake. */
export class WebSocketTransport extends Alarm implements Transport, ReceiverEvents {
  private readonly socket: CarrierSocket;
  private readonly deflater: Deflater | null;
  private readonly timers: Timers;
  private readonly limit: number;
  private readonly sender: Sender;
  private readonly receiver: Receiver;
  private paused = false;
  private inflating = false;
  /** zlib is at work, and must not be taken away from it. */
  private decompressing = false;
  private isGone = false;
  private isCongested = false;
  /** The answer to the last ping that came while the client did not read. */
  private owedPong: Buffer | null = null;
  /** The client has said that it ends, in whichever way. */
  private finished = false;
  private closing = false;
  private closeSent = false;

  constructor(
    carriage: Carriage,
    private readonly listener: TransportListener,
  ) {
    super();
    this.socket = carriage.socket;
    this.deflater = carriage.deflater;
    this.timers = carriage.timers;
    // Below its own mark, a socket does not say when it has drained.
    this.limit = Math.max(carriage.backpressureLimit, carriage.socket.writableHighWaterMark);
    this.sender = new Sender(carriage.socket, carriage.deflater, () => this.congestion());
    this.receiver = new Receiver(
      this,
      carriage.maxFrameSize,
      carriage.deflater !== null,
      carriage.validateUtf8,
      carriage.maxFragments,
    );
  }

  /** Begins to read; `head` came with the handshake. */
  start(head: Buffer): void {
    const { socket } = this;
    socket[TRANSPORT] = this;
    socket.setTimeout(0);
    socket.setNoDelay(true);
    socket.on('data', onData);
    socket.on('end', onEnd);
    socket.on('drain', onDrain);
    socket.on('error', onError);
    socket.on('close', onClose);
    if (head.length > 0) socket.unshift(head);
    // 'close' can have been emitted while the handler thought about the request.
    if (socket.closed) process.nextTick(onClose.bind(socket));
    else socket.resume();
  }

  // --- What the connection does ---

  cork(): void {
    this.sender.cork();
  }

  uncork(): void {
    this.sender.uncork();
  }

  sendText(payload: string): void {
    this.sender.text(payload);
  }

  sendBinary(payload: Buffer): void {
    this.sender.binary(payload);
  }

  sendFrame(frame: Frame): void {
    this.sender.frame(frame);
  }

  setDeflate(on: boolean): void {
    this.sender.deflates = on;
  }

  setMaxFrameSize(bytes: number): void {
    this.receiver.maxFrameSize = bytes;
    if (this.deflater !== null) this.deflater.maxFrameSize = bytes;
  }

  pause(): void {
    this.paused = true;
    this.readOrNot();
  }

  resume(): void {
    this.paused = false;
    // Later, for the connection is in the middle of something.
    process.nextTick(() => this.readOrNot());
  }

  get waiting(): number {
    return this.sender.waiting;
  }

  flush(): boolean {
    this.sender.run();
    return !this.socket.writableNeedDrain && !this.isCongested;
  }

  close(code: number | null, reason: string): void {
    if (this.closing) return;
    this.closing = true;
    if (this.socket.destroyed) return;
    this.timers.start(this, CLOSE_TIMEOUT);
    if (code === null) {
      this.sender.run();
      this.socket.end();
    } else {
      this.sender.close(closePayload(code, reason), () => {
        this.closeSent = true;
        if (this.finished) this.socket.end();
      });
    }
    // What still comes must be read to find the client's close frame, and so that unread bytes do not reset the socket.
    this.paused = this.inflating = false;
    this.receiver.resume();
    this.socket.resume();
  }

  cut(): void {
    this.closing = true;
    this.receiver.stop();
    this.sender.run();
    this.socket.destroy();
  }

  /** The client took too long to close. */
  ring(): void {
    this.cut();
  }

  // --- What the socket does ---

  read(chunk: Buffer): void {
    this.listener.heard();
    this.sender.cork();
    this.receiver.feed(chunk);
    this.sender.uncork();
  }

  ended(): void {
    this.finish({ type: 'error', error: 'closed' });
  }

  drained(): void {
    this.isCongested = false;
    if (this.owedPong !== null && !this.closing) this.sender.control(Opcode.pong, this.owedPong);
    this.owedPong = null;
    this.listener.drained();
  }

  socketClosed(): void {
    this.timers.cancel(this);
    this.receiver.stop();
    this.sender.destroy();
    this.isGone = true;
    if (!this.decompressing) this.release();
    this.finish({ type: 'error', error: 'closed' });
    this.listener.gone();
  }

  private release(): void {
    this.deflater?.cleanup();
  }

  /** The client has ended; the connection answers with `close`, when it has handled what came before. */
  private finish(reason: TerminateReason): void {
    if (this.finished) return;
    this.finished = true;
    if (!this.closing) this.listener.finished(reason);
    else if (this.closeSent) this.socket.end();
  }

  /** Reads the socket, or lets it push back on the client. */
  private readOrNot(): void {
    if (this.paused || this.inflating) {
      this.receiver.suspend();
      this.socket.pause();
    } else {
      this.socket.resume();
      this.sender.cork();
      this.receiver.resume();
      this.sender.uncork();
    }
  }

  private congestion(): void {
    const congested = this.sender.waiting > this.limit;
    if (congested === this.isCongested) return;
    // What waited was compressed to so little that the socket never was full, and will not say that it has drained.
    if (!congested) return this.socket.writableNeedDrain ? undefined : this.drained();
    this.isCongested = true;
    this.listener.congested();
  }

  // --- What the receiver finds ---

  onText(message: string): void {
    if (!this.closing) this.listener.text(message);
  }

  onBinary(payload: Buffer): void {
    if (!this.closing) this.listener.binary(payload);
  }

  onPing(payload: Buffer): void {
    if (this.closing) return;
    // Answering only the last of them is allowed (section 5.5.3), and keeps a client that pings and never reads from filling memory.
    if (this.isCongested) this.owedPong = Buffer.from(payload);
    else this.sender.control(Opcode.pong, payload);
    this.listener.ping(payload);
  }

  onPong(payload: Buffer): void {
    if (!this.closing) this.listener.pong(payload);
  }

  onClose(code: number | undefined, reason: string): void {
    this.finish(code === undefined ? { type: 'remote' } : { type: 'remote', code, payload: reason });
  }

  onFault(fault: 'badframe' | 'badencoding' | 'badsize'): void {
    this.finish({ type: 'error', error: fault });
  }

  onCompressed(payload: Buffer, isText: boolean): void {
    // Nobody hears it any more, but what is behind it is the client's close frame.
    if (this.closing) return;
    this.inflating = this.decompressing = true;
    this.receiver.suspend();
    this.socket.pause();
    (this.deflater as Deflater).decompress(payload, true, (error, inflated) => {
      this.decompressing = false;
      if (this.isGone) return this.release();
      if (this.socket.destroyed || this.closing) return;
      this.inflating = false;
      if (error) {
        this.receiver.stop();
        return this.onFault(
          (error as NodeJS.ErrnoException).code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 'badsize' : 'badencoding',
        );
      }
      this.receiver.inflated(inflated, isText);
      this.readOrNot();
    });
  }
}

// One function for all sockets, instead of a closure for each.

function onData(this: CarrierSocket, chunk: Buffer): void {
  this[TRANSPORT]?.read(chunk);
}

function onEnd(this: CarrierSocket): void {
  this[TRANSPORT]?.ended();
}

function onDrain(this: CarrierSocket): void {
  this[TRANSPORT]?.drained();
}

/** 'close' follows and says the same to the connection. */
function onError(this: CarrierSocket): void {
  this.destroy();
}

function onClose(this: CarrierSocket): void {
  this[TRANSPORT]?.socketClosed();
}
