import type { Subscriber } from '../../core/bus.js';
import type { Request } from '../../core/request.js';

/** One that listens to a bus as a connection does, and keeps what it hears. */
export class Listener implements Subscriber {
  readonly #heard: unknown[] = [];
  readonly #waiting: (() => void)[] = [];
  #taken = 0;
  /** What is done with requests. */
  onAsk: (request: Request) => void = (request) => request.fail('unanswered');

  deliver(info: unknown): void {
    this.#heard.push(info);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  ask(request: Request): void {
    this.onAsk(request);
  }

  /** The next that has not been taken. */
  async next(): Promise<unknown> {
    while (this.#heard.length === this.#taken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#heard[this.#taken++];
  }

  /** The next so many. */
  async take(count: number): Promise<unknown[]> {
    const taken: unknown[] = [];
    while (taken.length < count) taken.push(await this.next());
    return taken;
  }
}
