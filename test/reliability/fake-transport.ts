import type { Frame } from '../../src/core/commands.js';
import type { Transport, TransportListener } from '../../src/core/transport.js';

/** A transport with no wire: it remembers what was sent, and its client closes when it is told to. */
export class FakeTransport implements Transport {
  readonly sent: string[] = [];
  closedWith: number | null | undefined = undefined;
  readonly waiting = 0;
  #listener: TransportListener | null = null;

  listen(listener: TransportListener): void {
    this.#listener = listener;
  }

  sendText(payload: string): void {
    this.#mustBeOpen();
    this.sent.push(payload);
  }

  sendBinary(payload: Buffer): void {
    this.sendText(payload.toString());
  }

  sendFrame(frame: Frame): void {
    this.sendText(String(frame.payload));
  }

  close(code: number | null): void {
    this.#mustBeOpen();
    this.closedWith = code;
    setImmediate(() => this.#listener?.gone());
  }

  #mustBeOpen(): void {
    if (this.closedWith !== undefined) throw new Error('sent after the close frame');
  }

  flush(): boolean {
    return true;
  }

  cork(): void {}
  uncork(): void {}
  cut(): void {}
  pause(): void {}
  resume(): void {}
  setDeflate(): void {}
  setMaxFrameSize(): void {}
}
