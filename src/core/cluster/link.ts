import type { BusCounters, BusStatus } from '../bus.js';
import { VaqueroError } from '../errors.js';
import { Alarm, type Timers } from '../timers.js';
import type { Broker, BrokerEvents } from './broker.js';
import { OfflineQueue, type Outgoing } from './offline-queue.js';
import type { CompleteOptions } from './options.js';
import type { Reports } from './reports.js';

/** What a link tells its bus. */
export interface LinkEvents {
  message(channel: string, message: Uint8Array): void;
  unheard(tag: string): void;
  /** The broker is back, and everything is subscribed to again. */
  restored(): Promise<void>;
  /** The other nodes have had the time to come back too, and what waited for them has left. */
  regrouped(): void;
}

/** The way to the broker: where it stands, and what becomes of messages while it is closed. Rings when the other nodes have found the broker again too. */
export class Link extends Alarm implements BrokerEvents {
  status: BusStatus = 'idle';
  /** Why it could not be opened. */
  #failure: unknown;
  readonly #queue: OfflineQueue;
  /** The broker is back, and the other nodes may not be: messages for them wait. */
  #regrouping = false;
  /** Messages that this outage has cost. */
  #dropped = 0;
  #failOpening: (cause: Error) => void = ignore;

  constructor(
    private readonly broker: Broker,
    private readonly options: Pick<CompleteOptions, 'whileDown' | 'bufferLimit'>,
    private readonly counters: BusCounters,
    private readonly reports: Reports,
    private readonly timers: Timers,
    private readonly bus: LinkEvents,
  ) {
    super();
    this.#queue = new OfflineQueue(options.bufferLimit);
  }

  get connected(): boolean {
    return this.status === 'connected';
  }

  /** Messages leave at once. */
  get flowing(): boolean {
    return this.connected && !this.#regrouping;
  }

  /** Connects and prepares; what was published before leaves then. Rejects where the broker is lost before that: who opens has a time limit. */
  async open(prepare: () => Promise<void>): Promise<void> {
    this.status = 'connecting';
    const lost = new Promise<never>((_, reject) => {
      this.#failOpening = reject;
    });
    try {
      await Promise.race([this.broker.connect(this).then(prepare), lost]);
    } catch (error) {
      this.status = 'closed';
      this.#failure = error;
      await this.broker.close().catch((second) => this.reports.tell(second));
      throw error;
    }
    this.#opened();
  }

  async close(): Promise<void> {
    if (this.#regrouping) this.#release();
    this.status = 'closed';
    for (const _ of this.#queue.empty()) this.#drop();
    if (this.#dropped > 0) this.#tellDropped('the bus was closed while the broker was away');
    await this.broker.close();
  }

  /** Gives a message to the broker, now or when the nodes are back; false if it is dropped instead. */
  emit(outgoing: Outgoing): boolean {
    if (this.offer(outgoing)) return true;
    this.#drop();
    if (this.status !== 'closed' && this.#dropped === 1) this.reports.tell(this.#overflow());
    return false;
  }

  /** As `emit`, for what is said again when the nodes are back: it is no loss if it has no room. */
  offer(outgoing: Outgoing): boolean {
    if (this.flowing) return this.#give(outgoing);
    if (this.status === 'closed') this.reports.tellOnce(this.closedError());
    return this.#mayWait() && this.#queue.add(outgoing);
  }

  #give({ channel, message, tag }: Outgoing): boolean {
    this.counters.published++;
    if (tag === null) this.broker.publish(channel, message);
    else this.broker.post(channel, message, tag);
    return true;
  }

  #drop(): void {
    this.counters.dropped++;
    this.#dropped++;
  }

  #dropTooLarge({ message }: Outgoing): void {
    this.counters.dropped++;
    this.reports.tell(tooLarge('What waited for the broker', message.length, this.broker));
  }

  #mayWait(): boolean {
    return this.#regrouping || (this.status !== 'closed' && this.options.whileDown === 'buffer');
  }

  #opened(): void {
    this.status = 'connected';
    this.#release();
  }

  /** Lets go what waits. */
  #release(): void {
    this.#endRegrouping();
    for (const outgoing of this.#queue.empty()) {
      // How much the broker takes was not known when it was published.
      if (outgoing.message.length <= this.broker.maxPayload) this.#give(outgoing);
      else this.#dropTooLarge(outgoing);
    }
    if (this.#dropped > 0) this.#tellDropped('the broker was away');
    this.bus.regrouped();
  }

  #endRegrouping(): void {
    this.timers.cancel(this);
    this.#regrouping = false;
  }

  // --- What the broker tells ---

  message(channel: string, message: Uint8Array): void {
    if (this.status !== 'closed') this.bus.message(channel, message);
  }

  unheard(tag: string): void {
    this.bus.unheard(tag);
  }

  down(cause: Error): void {
    if (this.status === 'closed') return;
    if (this.status === 'connecting') return this.#failOpening(cause);
    this.status = 'reconnecting';
    this.#endRegrouping();
    this.reports.tell(
      new VaqueroError(
        'VAQUERO_BUS_LOST',
        `The connection to ${this.broker.name} was lost and is sought again. Local delivery goes on; messages for other nodes ` +
          `${this.options.whileDown === 'buffer' ? 'wait' : 'are dropped'} until then: ${cause.message}`,
        { cause },
      ),
    );
  }

  up(): void {
    if (this.status !== 'reconnecting') return;
    this.status = 'connected';
    this.#regrouping = true;
    this.timers.start(this, this.broker.regroupTime);
    this.bus.restored().catch((error) => {
      // If the broker is away again, that is told, and all of this is done again.
      if (this.connected) this.reports.tell(error);
    });
  }

  ring(): void {
    this.#release();
  }

  lost(messages: number): void {
    this.counters.lost += messages;
  }

  failed(error: Error): void {
    if (this.status !== 'closed') this.reports.tell(error);
  }

  // --- What is said of what is dropped ---

  closedError(): VaqueroError {
    const [what, options] = this.#failure === undefined ? ['is closed', {}] : ['could not connect', { cause: this.#failure }];
    return new VaqueroError(
      'VAQUERO_BUS_CLOSED',
      `The bus of ${this.broker.name} ${what}, and cannot be opened again. Make a new one.`,
      options,
    );
  }

  #overflow(): VaqueroError {
    const why = this.#mayWait() ? `bufferLimit allows ${this.options.bufferLimit} bytes to wait` : "whileDown is 'drop'";
    return new VaqueroError(
      'VAQUERO_BUS_OVERFLOW',
      `${this.broker.name} is away, and ${why}: messages for other nodes are dropped from now on, until it is back. counters.dropped says how many.`,
    );
  }

  #tellDropped(why: string): void {
    const dropped = this.#dropped;
    this.#dropped = 0;
    this.reports.tell(new VaqueroError('VAQUERO_BUS_OVERFLOW', `${dropped} messages for other nodes were dropped, for ${why}.`));
  }
}

function ignore(): void {}

/** `VAQUERO_INFO_TOO_LARGE`, for something of so many bytes. */
export function tooLarge(what: string, bytes: number, broker: Broker, max = broker.maxPayload): VaqueroError {
  return new VaqueroError(
    'VAQUERO_INFO_TOO_LARGE',
    `${what} takes ${bytes} bytes on its way to other nodes, and ${broker.name} takes ${max} at most. Send less, or where it is to be found.`,
  );
}
