// Measuring rates: all pairs are up for the whole workload, and each case goes round them in turn.
import { Pair } from './processes.js';
import { doing, tellCase } from './progress.js';
import { Measurements } from './rows.js';

// The first load that a pair gets also compiles the code of both processes.
const FIRST_WARMUP = 0.6;
const WARMUP = 0.1;

/**
 * `workload` has `program`, `columns`, `format`, `cases` (each with `key`, `title`, `options` for the load, and `applies(peer)`
 * where it is not for all), and `prepare(pair)`, which verifies a pair and opens its load; and, where they are others, `start(peer)` of its pairs and
 * the name of its `control`.
 */
export async function alternate(workload, peers, { rounds, seconds }) {
  const pairs = [];
  try {
    for (const peer of peers) {
      doing(`${workload.name} · starting ${peer.label}`);
      pairs.push(await (workload.start?.(peer) ?? Pair.start(peer, workload.program)));
    }
    const faults = await prepareAll(workload, pairs);
    const cases = [];
    for (const each of workload.cases) cases.push(await measureCase(workload, each, pairs, faults, { rounds, seconds }));
    return cases;
  } finally {
    for (const pair of pairs) await pair.stop();
  }
}

/** Answers the faults that the verified phase found, by peer. */
async function prepareAll(workload, pairs) {
  const found = new Map();
  for (const pair of pairs) {
    doing(`${workload.name} · verifying ${pair.peer.label}`);
    const { faults } = await workload.prepare(pair);
    if (faults) found.set(pair.peer, faults);
    await pair.load.requests.ask('run', { ...workload.cases[0].options, warmup: 0, seconds: FIRST_WARMUP });
  }
  return found;
}

async function measureCase(workload, { key, title, options }, pairs, verified, { rounds, seconds }) {
  const measurements = new Measurements(pairs.map((pair) => pair.peer));
  for (let round = 1; round <= rounds; round++) {
    for (const { peer, load } of pairs) {
      doing(`${workload.name} · ${title} · round ${round} of ${rounds} · ${peer.label}`);
      const measured = await load.requests.ask('run', { ...options, warmup: WARMUP, seconds: seconds ?? workload.seconds });
      measurements.add(peer, { ...measured, faults: measured.faults ?? verified.get(peer) ?? null });
    }
  }
  const rows = measurements.rows(workload.columns, workload.control);
  tellCase(`${workload.name} · ${title}`, rows, workload.format);
  return { key, title, rows };
}
