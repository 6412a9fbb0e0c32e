import { describe, VaqueroError } from '../../core/errors.js';
import { delayOrInfinity } from '../../core/option-checks.js';
import { Waits } from '../wait.js';
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
 * package are held against it, and so can a bus of your own. Throws `VAQUERO_INVALID_OPTION`.
 */
export function busContract(harness: BusHarness): readonly ContractCase[] {
  const { timeout = 10_000 } = harness;
  const rule = delayOrInfinity(timeout);
  if (rule !== undefined) {
    throw new VaqueroError('VAQUERO_INVALID_OPTION', `busContract(): option timeout must be ${rule}, got ${describe(timeout)}.`);
  }
  const waits = new Waits(timeout, (name) => overdue(name, timeout));
  return Object.entries(CHAPTERS).flatMap(([chapter, cases]) =>
    Object.entries(cases).map(([title, run]) => {
      const name = `${chapter}: ${title}`;
      return { name, run: () => waits.until(run(harness), name) };
    }),
  );
}

function overdue(name: string, timeout: number): VaqueroError {
  return new VaqueroError(
    'VAQUERO_WAIT_TIMEOUT',
    `busContract(): "${name}" was not over in ${timeout} ms. What the case waits for did not come from the bus.`,
  );
}
