import type { BusHost } from '../bus.js';
import { toError } from '../errors.js';

/** Different messages that are remembered as reported. */
const MAX_REMEMBERED = 100;

/** Tells those who use a bus what goes wrong with it; what can go wrong with every message is told once. */
export class Reports {
  readonly #hosts = new Set<BusHost>();
  readonly #told = new Set<string>();

  /** @param fallback - told where nobody uses the bus */
  constructor(private readonly fallback: BusHost['report']) {}

  get hosts(): number {
    return this.#hosts.size;
  }

  add(host: BusHost): void {
    this.#hosts.add(host);
  }

  remove(host: BusHost): void {
    this.#hosts.delete(host);
  }

  tell(thrown: unknown): void {
    const error = toError(thrown, 'The bus');
    if (this.#hosts.size === 0) this.fallback(error, { stage: 'bus' });
    else for (const host of this.#hosts) host.report(error, { stage: 'bus' });
  }

  /** Tells an error unless one with the same message was told. */
  tellOnce(error: Error): void {
    if (this.#told.has(error.message) || this.#told.size >= MAX_REMEMBERED) return;
    this.#told.add(error.message);
    this.tell(error);
  }
}
