import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

/** The trials of `npm run reliability`, shortened: what they find is held to the same rules. */

const RUN = join(__dirname, '../../dist-reliability/run.js');

/** Milliseconds that a trial may take. */
const LIMIT = 180_000;

const missing = ['redis-server', 'nats-server'].filter((broker) => spawnSync(broker, ['--version']).status !== 0);
if (missing.length > 0 && process.env.VAQUERO_NO_SKIP !== undefined)
  throw new Error(`There is no ${missing.join(' and no ')}, and nothing may be skipped.`);
if (missing.length > 0)
  process.stderr.write(`\nSKIPPED: the trials of many nodes, for there is no ${missing.join(' and no ')}. Install them.\n\n`);

async function run(trial: string): Promise<void> {
  // It ends with 1 where something does not hold; what that is, is in what it says. One that hangs is told to end, with all that it started.
  const options = { timeout: LIMIT - 10_000, killSignal: 'SIGTERM' } as const;
  const ran = promisify(execFile)(process.execPath, [RUN, trial], options);
  const { stdout, stderr } = await ran.catch((error: { stdout: string; stderr: string }) => error);
  expect(`${stdout}${stderr}`).toContain('✓');
  expect(stdout).not.toContain('✗');
}

test.each(['slow-reader', 'echo-flood', 'cycles', 'fuzz', 'soak'])('%s', run, LIMIT);

(missing.length === 0 ? test : test.skip).each(['node-death', 'broker-death', 'interest'])('%s', run, LIMIT);
