import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

/** The trials of `npm run reliability`, shortened: what they find is held to the same rules. */

const RUN = join(__dirname, '../../dist-reliability/run.js');

test.each(['slow-reader', 'echo-flood', 'cycles', 'fuzz', 'soak'])(
  '%s',
  async (trial) => {
    const { stdout } = await promisify(execFile)(process.execPath, [RUN, trial]);
    expect(stdout).toContain('✓');
    expect(stdout).not.toContain('✗');
  },
  120_000,
);
