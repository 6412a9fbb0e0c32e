import type { Backlog } from '../backlog.js';

/** Those who wait for the same answer. */
interface Waiting {
  readonly acknowledged: Promise<boolean>;
  readonly settle: (acknowledged: boolean) => void;
}

/**
 * Finds out how much of what a connection was given has arrived. NATS acknowledges no single message, but it answers a PING when it has taken all that
 * came before: so one is sent behind the commands of a turn, and the next when its answer has come, however many messages there are.
 */
export class Acknowledgements {
  readonly #ping: () => Promise<void>;
  readonly #backlog: Backlog;
  #asking = false;
  #ended = false;
  /** Wait for the PING that is under way. */
  #asked: Waiting | undefined;
  /** Wait for the next. */
  #next: Waiting | undefined;

  /** @param ping - sends a PING and resolves with its answer; need not settle if the connection ends before */
  constructor(ping: () => Promise<void>, backlog: Backlog) {
    this.#ping = ping;
    this.#backlog = backlog;
  }

  /** A message is about to be given to the connection. */
  message(channel: string, message: Uint8Array): void {
    this.#backlog.add(channel, message);
    if (!this.#asking) this.#ask();
  }

  /** Resolves when the server has acknowledged all that the connection was given: true; or when the connection has ended before: false. */
  all(): Promise<boolean> {
    if (this.#ended) return Promise.resolve(false);
    this.#next ??= waiting();
    if (!this.#asking) this.#ask();
    return this.#next.acknowledged;
  }

  /** The connection has ended: no answer will come. */
  end(): void {
    this.#ended = true;
    this.#asked?.settle(false);
    this.#next?.settle(false);
  }

  /** nats.js writes in a microtask too, which comes later than this one: commands and PING leave in one write. */
  #ask(): void {
    this.#asking = true;
    queueMicrotask(this.#send);
  }

  readonly #send = (): void => {
    if (this.#ended) return;
    const { messages, bytes } = this.#backlog;
    this.#asked = this.#next;
    this.#next = undefined;
    this.#ping().then(
      () => this.#answered(messages, bytes),
      () => undefined, // the connection has ended, and its end is told
    );
  };

  #answered(messages: number, bytes: number): void {
    this.#backlog.settle(messages, bytes);
    this.#asked?.settle(true);
    this.#asked = undefined;
    if (this.#next !== undefined || this.#backlog.messages > 0) this.#ask();
    else this.#asking = false;
  }
}

function waiting(): Waiting {
  let settle: Waiting['settle'] = () => undefined;
  const acknowledged = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  return { acknowledged, settle };
}
