import { ProcessHold } from '../process-hold.js';
import { delivery } from './delivery.js';
import type { BusHarness, Case, ContractCase } from './harness.js';
import { monitors } from './monitors.js';
import { presence } from './presence.js';
import { requests } from './requests.js';
import { travelling } from './travel.js';

export type { BusHarness, ContractCase } from './harness.js';

const CHAPTERS: Readonly<Record<string, Readonly<Record<string, Case>>>> = { delivery, travelling, requests, monitors, presence };

/**
 * Everything that a bus must do, as cases for any test runner: `for (const { name, run } of busContract(harness)) test(name, run)`. The buses of this
 * package are held against it, and so can a bus of your own.
 */
export function busContract(harness: BusHarness): readonly ContractCase[] {
  return Object.entries(CHAPTERS).flatMap(([chapter, cases]) =>
    Object.entries(cases).map(([name, run]) => ({ name: `${chapter}: ${name}`, run: () => held(run, harness) })),
  );
}

/** Runs a case in a process that waits for its end, as not all runners' do: the time limits of requests do not keep one alive. */
async function held(run: Case, harness: BusHarness): Promise<void> {
  const kept = new ProcessHold();
  kept.hold();
  try {
    await run(harness);
  } finally {
    kept.release();
  }
}
