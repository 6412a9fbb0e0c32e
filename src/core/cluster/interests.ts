import { AT_ONCE } from '../at-once.js';
import type { Broker } from './broker.js';

/** A topic that somebody on this node is subscribed to. */
interface Interest {
  readonly topic: string;
  /** Resolves when the broker has acknowledged it; `AT_ONCE` from then on. */
  acknowledged: Promise<void>;
}

/** What the broker is asked to tell this node: the topics that somebody here is subscribed to, and no others. */
export class Interests {
  readonly #byChannel = new Map<string, Interest>();

  constructor(
    private readonly broker: Broker,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** The topic whose channel it is; `undefined` if nobody is subscribed any more. */
  topicOf(channel: string): string | undefined {
    return this.#byChannel.get(channel)?.topic;
  }

  /** Resolves when what is published from now on will come. */
  want(channel: string, topic: string): Promise<void> {
    const known = this.#byChannel.get(channel);
    if (known !== undefined) return known.acknowledged;
    const interest: Interest = { topic, acknowledged: AT_ONCE };
    this.#byChannel.set(channel, interest);
    interest.acknowledged = this.broker.subscribe(channel).then(
      () => {
        interest.acknowledged = AT_ONCE;
      },
      (error) => {
        if (this.#byChannel.get(channel) === interest) this.#byChannel.delete(channel);
        this.failed(error);
        throw error;
      },
    );
    // Reported already; who waits for it learns it too.
    interest.acknowledged.catch(() => undefined);
    return interest.acknowledged;
  }

  /** The last subscriber has left. */
  release(channel: string): void {
    if (this.#byChannel.delete(channel)) this.broker.unsubscribe(channel);
  }
}
