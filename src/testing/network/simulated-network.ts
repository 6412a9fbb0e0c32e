import type { Clock } from '../../core/clock.js';
import { MAX_DELAY } from '../../core/clock.js';
import { ClusterBus } from '../../core/cluster/cluster-bus.js';
import type { ClusterOptions } from '../../core/cluster/options.js';
import { describe, VaqueroError } from '../../core/errors.js';
import { type Check, must, optionFaults } from '../../core/option-checks.js';
import { aClock } from '../checks.js';
import { Exchange } from './exchange.js';
import { randomFrom } from './random.js';
import { SimulatedBroker } from './simulated-broker.js';

/** What a simulated network takes. */
export interface SimulatedNetworkOptions {
  /** The time by which messages travel: a `VirtualClock`, so that the same seed gives the same run. */
  readonly clock: Clock;
  /** What chance begins with. Default 1. */
  readonly seed?: number;
  /** Milliseconds that one way between a node and the broker takes, from the one to the other, by chance. Default 1 to 5. */
  readonly delay?: readonly [min: number, max: number];
}

const CHECKS: Readonly<Record<keyof SimulatedNetworkOptions, Check>> = {
  clock: aClock,
  seed: must('an integer', Number.isSafeInteger),
  delay: must(`[min, max] in milliseconds from 0 to ${MAX_DELAY}`, isDelay),
};

function isDelay(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [min, max] = value as [unknown, unknown];
  return typeof min === 'number' && typeof max === 'number' && min >= 0 && max >= min && max <= MAX_DELAY;
}

function checkOptions(options: unknown): void {
  const faults = optionFaults(options ?? {}, CHECKS);
  if ((options as Partial<SimulatedNetworkOptions> | null | undefined)?.clock === undefined) {
    faults.unshift('option clock must be given, such as new VirtualClock()');
  }
  if (faults.length > 0) throw new VaqueroError('VAQUERO_INVALID_OPTION', `new SimulatedNetwork(): ${faults.join('; ')}.`);
}

/**
 * Several nodes in one process, around a broker that is simulated: with delay, partition and death of nodes, and the same each time for the same
 * seed. `serve({ bus: network.bus() })` or `mount(Handler, { bus: network.bus() })` is a node.
 */
export class SimulatedNetwork {
  readonly #clock: Clock;
  readonly #exchange: Exchange;
  readonly #delay: () => number;
  readonly #brokers = new Map<ClusterBus, SimulatedBroker>();

  /** Throws `VAQUERO_INVALID_OPTION`. */
  constructor(options: SimulatedNetworkOptions) {
    checkOptions(options);
    const { clock, seed = 1, delay: [min, max] = [1, 5] } = options;
    const random = randomFrom(seed);
    this.#clock = clock;
    this.#exchange = new Exchange(clock);
    this.#delay = () => min + Math.floor(random() * (max - min + 1));
  }

  /** The bus of one more node. Time must pass for it to connect: `await Promise.all([bus.connect(), clock.advance(100)])`. */
  bus(options: Omit<ClusterOptions, 'clock'> = {}): ClusterBus {
    const broker = new SimulatedBroker(this.#exchange, this.#clock, this.#delay);
    const bus = new ClusterBus(broker, { ...options, clock: this.#clock });
    this.#brokers.set(bus, broker);
    return bus;
  }

  /** Cuts these nodes off from the broker, and so from all others; what is on its way to or from them is lost. Throws `VAQUERO_INVALID_OPTION` for a bus of another network. */
  partition(...buses: readonly ClusterBus[]): void {
    for (const bus of buses) this.#brokerOf(bus).cut();
  }

  /** Ends all partitions. */
  heal(): void {
    for (const broker of this.#brokers.values()) broker.heal();
  }

  /** Takes a node away for good, without a word: what SIGKILL does to a process. Throws `VAQUERO_INVALID_OPTION` for a bus of another network. */
  kill(bus: ClusterBus): void {
    this.#brokerOf(bus).kill();
  }

  #brokerOf(bus: ClusterBus): SimulatedBroker {
    const broker = this.#brokers.get(bus);
    if (broker !== undefined) return broker;
    throw new VaqueroError(
      'VAQUERO_INVALID_OPTION',
      `A simulated network takes buses that its bus() made, got ${describe(bus)}.`,
    );
  }
}
