import type { Close, Frame, RuntimeOptions } from '../commands.js';
import { VaqueroError } from '../errors.js';
import type { Target } from '../interpreter.js';
import { runtimeOptionFaults } from '../option-checks.js';
import type { Transport } from '../transport.js';
import type { Life } from './life.js';
import { Room } from './room.js';

/** What replies do to a connection. */
export class Replies implements Target {
  /** What `shutdownReason` said, if it did. */
  shutdown: { readonly value: unknown } | null = null;
  private transport: Transport | null = null;
  private awaited: Room | null = null;

  constructor(private readonly life: Life) {}

  /** There is somebody to reply to. */
  opened(transport: Transport): void {
    this.transport = transport;
  }

  /** There is room to write again, or nobody to write to. */
  drained(): void {
    this.awaited?.made();
  }

  get open(): boolean {
    return this.life.open;
  }

  get listening(): boolean {
    return this.life.listening;
  }

  get replier(): string {
    return this.life.replier;
  }

  sendText(payload: string): void {
    if (this.life.open) (this.transport as Transport).sendText(payload);
  }

  sendBinary(payload: Buffer): void {
    if (this.life.open) (this.transport as Transport).sendBinary(payload);
  }

  sendFrame(frame: Frame): void {
    if (this.life.open) (this.transport as Transport).sendFrame(frame);
  }

  stop(close: Close): void {
    this.life.end({ type: 'stop' }, close);
  }

  setActive(on: boolean): void {
    this.life.activate(on);
  }

  setDeflate(on: boolean): void {
    this.transport?.setDeflate(on);
  }

  setOptions(options: RuntimeOptions): void {
    const faults = runtimeOptionFaults(options);
    if (faults.length > 0) throw new VaqueroError('VAQUERO_INVALID_OPTION', `${this.replier}: setOptions: ${faults.join('; ')}.`);
    if (options.maxFrameSize !== undefined) this.transport?.setMaxFrameSize(options.maxFrameSize);
    if (options.idleTimeout !== undefined) this.life.countSilence(options.idleTimeout);
  }

  setShutdownReason(value: unknown): void {
    this.shutdown = { value };
  }

  answer(value: unknown): void {
    this.life.dispatcher.answer(value);
  }

  room(): Promise<void> | null {
    if ((this.transport as Transport).flush()) return null;
    this.awaited ??= new Room();
    return this.awaited.wait();
  }

  onEnd(callback: () => void): () => void {
    return this.life.belongings.onEnd(callback);
  }

  failed(error: unknown): void {
    this.life.crash(error);
  }
}
