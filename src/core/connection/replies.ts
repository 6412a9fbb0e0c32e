import type { TerminateReason } from '../close.js';
import type { Close, Frame, RuntimeOptions } from '../commands.js';
import { VaqueroError } from '../errors.js';
import type { Target } from '../interpreter.js';
import { runtimeOptionFaults } from '../option-checks.js';
import type { Transport } from '../transport.js';
import type { Dispatcher } from './dispatcher.js';
import { DrainSignal } from './drain-signal.js';
import type { Loop } from './loop.js';
import type { Resources } from './resources.js';

/** The process whose replies they are. */
interface Process {
  readonly open: boolean;
  readonly listening: boolean;
  readonly loop: Loop;
  readonly dispatcher: Dispatcher;
  readonly resources: Resources;
  end(reason: TerminateReason, close: Close): void;
  crash(error: unknown): void;
}

/** What replies do to a connection. */
export class Replies implements Target {
  /** What `shutdownReason` said, if it did. */
  shutdown: { readonly value: unknown } | null = null;
  private transport: Transport | null = null;
  private drainSignal: DrainSignal | null = null;

  constructor(private readonly process: Process) {}

  /** There is somebody to reply to. */
  opened(transport: Transport): void {
    this.transport = transport;
  }

  /** There is room to write again, or nobody to write to. */
  drained(): void {
    this.drainSignal?.drained();
  }

  get open(): boolean {
    return this.process.open;
  }

  get listening(): boolean {
    return this.process.listening;
  }

  get replier(): string {
    return this.process.dispatcher.replier;
  }

  sendText(payload: string): void {
    if (this.process.open) (this.transport as Transport).sendText(payload);
  }

  sendBinary(payload: Buffer): void {
    if (this.process.open) (this.transport as Transport).sendBinary(payload);
  }

  sendFrame(frame: Frame): void {
    if (this.process.open) (this.transport as Transport).sendFrame(frame);
  }

  stop(close: Close): void {
    this.process.end({ type: 'stop' }, close);
  }

  setActive(on: boolean): void {
    this.process.loop.setActive(on);
  }

  setDeflate(on: boolean): void {
    this.transport?.setDeflate(on);
  }

  setOptions(options: RuntimeOptions): void {
    const faults = runtimeOptionFaults(options);
    if (faults.length > 0) throw new VaqueroError('VAQUERO_INVALID_OPTION', `${this.replier}: setOptions: ${faults.join('; ')}.`);
    if (options.maxFrameSize !== undefined) this.transport?.setMaxFrameSize(options.maxFrameSize);
    if (options.idleTimeout !== undefined) this.process.loop.setIdleTimeout(options.idleTimeout);
  }

  setShutdownReason(value: unknown): void {
    this.shutdown = { value };
  }

  answer(value: unknown): void {
    this.process.dispatcher.answer(value);
  }

  room(): Promise<void> | null {
    if ((this.transport as Transport).flush()) return null;
    this.drainSignal ??= new DrainSignal();
    return this.drainSignal.wait();
  }

  onEnd(callback: () => void): () => void {
    return this.process.resources.onEnd(callback);
  }

  failed(error: unknown): void {
    this.process.crash(error);
  }
}
