import type { Life } from '../connection/life.js';
import type { Hub } from './hub.js';

/** How many connections a server takes. */
export interface GateLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxPendingUpgrades: number;
}

/** Counts who is let in. */
export class Gate {
  readonly #hub: Hub;
  readonly #limits: GateLimits;
  readonly #byAddress = new Map<string, number>();
  #pending = 0;

  constructor(hub: Hub, limits: GateLimits) {
    this.#hub = hub;
    this.#limits = limits;
  }

  /** Why one more from this address cannot be let in; `undefined` if it can. */
  refusal(address: string): string | undefined {
    const { maxConnections, maxConnectionsPerAddress, maxPendingUpgrades } = this.#limits;
    if (this.#hub.closing) return 'The server is closing.';
    if (this.#hub.size >= maxConnections) return 'The server has all the connections that it takes.';
    if (this.#pending >= maxPendingUpgrades) return 'The server is deciding on too many requests.';
    if ((this.#byAddress.get(address) ?? 0) >= maxConnectionsPerAddress)
      return 'This address has all the connections that it may have.';
    return undefined;
  }

  /** Lets one in; it is counted until it has ended. */
  enter(life: Life, address: string): void {
    const { maxConnectionsPerAddress } = this.#limits;
    if (maxConnectionsPerAddress === Number.POSITIVE_INFINITY) return this.#hub.began(life);
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
    this.#hub.began(life, () => this.#leave(address));
  }

  #leave(address: string): void {
    const count = (this.#byAddress.get(address) ?? 1) - 1;
    if (count === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, count);
  }

  /** A handler thinks about a request. */
  thinking(): void {
    this.#pending++;
  }

  decided(): void {
    this.#pending--;
  }
}
