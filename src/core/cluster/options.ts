import type { BusHost } from '../bus.js';
import { BUS_CHECKS, type BusOptions } from '../bus-options.js';
import { type Check, MAX_INTEGER, must, range } from '../option-checks.js';

/** What every bus with a broker takes. */
export interface ClusterOptions extends BusOptions {
  /** What all names in the broker begin with: applications that share a broker have different ones. Letters, digits, `-` and `_`, at most 64. Default `vaquero`. */
  readonly prefix?: string;
  /** Milliseconds without a sign of life after which a node is held for dead, 300 to 600,000. Default 5,000. */
  readonly nodeTimeout?: number;
  /**
   * What becomes of messages for other nodes while the broker is away: they wait (`buffer`), up to `bufferLimit`, or are dropped at once (`drop`). What waits leaves
   * when the broker is back and the other nodes have had the time to find it too. What is dropped is counted,
   * and reported once for each time that the broker was away. Default `buffer`.
   */
  readonly whileDown?: 'buffer' | 'drop';
  /** Bytes that may wait while the broker is away; beyond them the newest are dropped. Default 8,388,608. */
  readonly bufferLimit?: number;
  /** Told what goes wrong with the bus where no server uses it; with a server its own `onError` is. Default: logs it. */
  readonly onError?: BusHost['report'];
}

/** Options with nothing left open. */
export type CompleteOptions = Required<Pick<ClusterOptions, 'prefix' | 'nodeTimeout' | 'whileDown' | 'bufferLimit' | 'onError'>>;

/** How each option of a bus is checked; buses add those of their brokers. */
export const CLUSTER_CHECKS: Readonly<Record<keyof ClusterOptions, Check>> = {
  ...BUS_CHECKS,
  prefix: must(
    '1 to 64 letters, digits, dashes and underscores',
    (v) => typeof v === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(v),
  ),
  nodeTimeout: range(300, 600_000, ' milliseconds'),
  whileDown: must("'buffer' or 'drop'", (v) => v === 'buffer' || v === 'drop'),
  bufferLimit: range(0, MAX_INTEGER, ' bytes'),
  onError: must('a function', (v) => typeof v === 'function'),
};

/** The options over our defaults. */
export function completeClusterOptions(options: ClusterOptions): CompleteOptions {
  return {
    prefix: options.prefix ?? 'vaquero',
    nodeTimeout: options.nodeTimeout ?? 5_000,
    whileDown: options.whileDown ?? 'buffer',
    bufferLimit: options.bufferLimit ?? 8_388_608,
    onError: options.onError ?? ((error) => console.error('vaquero: bus failed:', error)),
  };
}
