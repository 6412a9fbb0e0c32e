// Runs trials: `node dist-reliability/run.js [name …] [--full]`. Prints what each found, and fails if something is not as it must be.
import { brokerDeath } from './broker-death.js';
import { cycles } from './cycles.js';
import { echoFlood } from './echo-flood.js';
import { fuzz } from './fuzz.js';
import { interest } from './interest.js';
import { nodeDeath } from './node-death.js';
import type { Scale, Trial } from './report.js';
import { slowReader } from './slow-reader.js';
import { soak } from './soak.js';

const TRIALS: Readonly<Record<string, Trial>> = {
  'slow-reader': slowReader,
  'echo-flood': echoFlood,
  cycles,
  fuzz,
  soak,
  'node-death': nodeDeath,
  'broker-death': brokerDeath,
  interest,
};

const full = process.argv.includes('--full');
const named = process.argv.slice(2).filter((argument) => argument !== '--full');
const unknown = named.filter((name) => TRIALS[name] === undefined);
if (unknown.length > 0) {
  console.error(`No trial is called ${unknown.join(', ')}; there are ${Object.keys(TRIALS).join(', ')}.`);
  process.exit(2);
}

// Whoever ends this ends all that it started: servers go when they lose their parent, brokers as this process exits.
process.once('SIGTERM', () => process.exit(143));

const scale: Scale = { full, of: (long, short) => (full ? long : short) };
let failed = 0;
for (const name of named.length > 0 ? named : Object.keys(TRIALS)) {
  const began = performance.now();
  const findings = await (TRIALS[name] as Trial)(scale);
  console.log(`\n${name} (${((performance.now() - began) / 1000).toFixed(0)} s)`);
  for (const { what, value, holds } of findings) {
    console.log(`  ${holds === undefined ? ' ' : holds ? '✓' : '✗'} ${what}: ${value}`);
    if (holds === false) failed++;
  }
}
if (failed > 0) console.error(`\n${failed} not as they must be`);
process.exit(failed > 0 ? 1 : 0);
