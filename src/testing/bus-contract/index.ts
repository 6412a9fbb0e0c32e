import { VaqueroError } from '../../core/errors.js';
import { Waits } from '../wait.js';
import { delivery } from './delivery.js';
import type { BusHarness, Case, ContractCase } from './harness.js';
import { monitors } from './monitors.js';
import { presence } from './presence.js';
import { requests } from './requests.js';
import { travelling } from './travel.js';

export type { BusHarness, ContractCase } from './harness.js';

const CHAPTERS: Readonly<Record<string, Readonly<Record<string, Case>>>> = { delivery, travelling, requests, monitors, presence };

/** Milliseconds that a case may take: many times what it takes with a broker that is far away. */
const TIMEOUT = 10_000;

/**
 * Everything that a bus must do, as cases for any test runner: `for (const { name, run } of busContract(harness)) test(name, run)`. The buses of this
 * package are held against it, and so can a bus of your own.
 */
export function busContract(harness: BusHarness): readonly ContractCase[] {
  const waits = new Waits(TIMEOUT, overdue);
  return Object.entries(CHAPTERS).flatMap(([chapter, cases]) =>
    Object.entries(cases).map(([title, run]) => {
      const name = `${chapter}: ${title}`;
      return { name, run: () => waits.until(run(harness), name) };
    }),
  );
}

function overdue(name: string): VaqueroError {
  return new VaqueroError(
    'VAQUERO_WAIT_TIMEOUT',
    `busContract(): "${name}" was not over in ${TIMEOUT} ms. What the case waits for did not come from the bus.`,
  );
}
