import type { Bus } from '../../core/bus.js';
import type { BusOptions } from '../../core/bus-options.js';

/** How the contract gets at the bus that it is held against. */
export interface BusHarness {
  /** Whether nodes share no memory: what cannot travel is refused then. */
  readonly remote: boolean;
  /** Connected buses of so many nodes that reach each other, made with these options. The bus of one process answers itself for each. */
  nodes(count: number, options?: BusOptions): Promise<readonly Bus[]>;
  /** Milliseconds of real time that a case may take; `Infinity` for as long as the test runner lets it. Default 10,000. */
  readonly timeout?: number;
}

/** One thing that a bus must do. */
export interface ContractCase {
  readonly name: string;
  /** Rejects if the bus does not do it, with `VAQUERO_WAIT_TIMEOUT` if it has not in time. The buses that the harness made are closed by whoever gave it. */
  run(): Promise<void>;
}

/** What a case does to the buses of a harness; rejects if they do not do what they must. */
export type Case = (harness: BusHarness) => Promise<void>;

let lastTopic = 0;

/** A topic that no other case uses. */
export function newTopic(): string {
  return `contract:${process.pid}:${++lastTopic}`;
}

/** Resolves with the error that something rejects with; rejects if it does not. */
export async function rejection(promise: Promise<unknown>): Promise<{ code?: unknown; message: string }> {
  try {
    await promise;
  } catch (error) {
    return error as { code?: unknown; message: string };
  }
  throw new Error('It should have been rejected.');
}
