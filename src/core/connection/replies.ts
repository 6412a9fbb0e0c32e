import type { TerminateReason } from '../close.js';
import type { Close, Frame, RuntimeOptions } from '../commands.js';
import { VaqueroError } from '../errors.js';
import type { Target } from '../interpreter.js';
import type { ErrorStage } from '../logging.js';
import { runtimeOptionFaults } from '../option-checks.js';
import type { Transport } from '../transport.js';
import type { Dispatcher } from './dispatcher.js';
import type { Loop } from './loop.js';
import type { Resources } from './resources.js';

/** The process whose replies they are. */
interface Process {
  readonly open: boolean;
  readonly listening: boolean;
  readonly transport: Transport | null;
  readonly plan: { readonly name: string };
  readonly loop: Loop;
  readonly dispatcher: Dispatcher;
  readonly resources: Resources;
  end(reason: TerminateReason, close: Close): void;
  setShutdownReason(value: unknown): void;
  crash(error: unknown, stage?: ErrorStage): void;
}

/** What replies do to a connection, be they a callback's or those of `connection.send`. */
export class Replies implements Target {
  constructor(
    private readonly process: Process,
    private readonly from: 'callback' | 'send',
  ) {}

  get open(): boolean {
    return this.process.open;
  }

  get listening(): boolean {
    return this.process.listening;
  }

  get replier(): string {
    return this.from === 'send' ? `connection.send() to ${this.process.plan.name}` : this.process.dispatcher.replier;
  }

  sendText(payload: string): void {
    if (this.process.open) (this.process.transport as Transport).sendText(payload);
  }

  sendBinary(payload: Buffer): void {
    if (this.process.open) (this.process.transport as Transport).sendBinary(payload);
  }

  sendFrame(frame: Frame): void {
    if (this.process.open) (this.process.transport as Transport).sendFrame(frame);
  }

  stop(close: Close): void {
    this.process.end({ type: 'stop' }, close);
  }

  setActive(on: boolean): void {
    this.process.loop.setActive(on);
  }

  setDeflate(on: boolean): void {
    this.process.transport?.setDeflate(on);
  }

  setOptions(options: RuntimeOptions): void {
    const faults = runtimeOptionFaults(options);
    if (faults.length > 0) throw new VaqueroError('VAQUERO_INVALID_OPTION', `${this.replier}: setOptions: ${faults.join('; ')}.`);
    if (options.maxFrameSize !== undefined) this.process.transport?.setMaxFrameSize(options.maxFrameSize);
    if (options.idleTimeout !== undefined) this.process.loop.setIdleTimeout(options.idleTimeout);
  }

  setShutdownReason(value: unknown): void {
    this.process.setShutdownReason(value);
  }

  answer(value: unknown): void {
    this.process.dispatcher.answer(value);
  }

  room(): Promise<void> | null {
    return this.process.loop.room();
  }

  onEnd(callback: () => void): () => void {
    return this.process.resources.onEnd(callback);
  }

  failed(error: unknown): void {
    this.process.crash(error, this.from === 'send' ? 'send' : undefined);
  }
}
