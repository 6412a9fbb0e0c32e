// Whether a server that has seen many connections is as small as before.
import { setTimeout as sleep } from 'node:timers/promises';
import { mebibytes } from '../format.js';
import { Pair } from '../processes.js';
import { doing, tellCase } from '../progress.js';
import { Measurements } from '../rows.js';

const CYCLES = 200_000;
// A run stops at the first faults; without readings on the way it would not be seen where.
const READINGS = 4;
const SETTLE_MS = 300;
// The heap of a young process still grows a little; what it grows by after this is a leak.
const REHEARSAL = 20_000;
const LANES = 64;

async function growth(pair) {
  const { load, server, peer } = pair;
  await load.requests.ask('open', { kind: 'churn', lanes: LANES });
  let { faults } = await load.requests.ask('cycles', { count: REHEARSAL });
  await sleep(SETTLE_MS);
  const first = await server.requests.ask('memory');
  let last = first;
  for (let reading = 1; reading <= READINGS && !faults; reading++) {
    doing(`leak · ${peer.label} · ${((reading - 1) * CYCLES) / READINGS} of ${CYCLES} cycles`);
    ({ faults } = await load.requests.ask('cycles', { count: CYCLES / READINGS }));
    await sleep(SETTLE_MS);
    last = await server.requests.ask('memory');
  }
  return {
    heapPerCycle: (last.heapUsed - first.heapUsed) / CYCLES,
    heapBefore: first.heapUsed,
    heapAfter: last.heapUsed,
    rssBefore: first.rss,
    rssAfter: last.rss,
    faults,
  };
}

export const leak = {
  name: 'leak',
  title: `Memory over ${CYCLES.toLocaleString('en-US')} connect-echo-close cycles`,
  better: 'lower',
  // Each peer takes the better part of a minute.
  defaultPeers: ['vaquero'],
  withoutRatio: true,
  columns: [
    { key: 'heapPerCycle', label: 'heap growth per cycle', format: (value) => `${value.toFixed(1)} B` },
    { key: 'heapBefore', label: 'heap before', format: mebibytes },
    { key: 'heapAfter', label: 'heap after', format: mebibytes },
    { key: 'rssBefore', label: 'resident before', format: mebibytes },
    { key: 'rssAfter', label: 'resident after', format: mebibytes },
  ],
  async run(peers) {
    const measurements = new Measurements(peers);
    for (const peer of peers) {
      const pair = await Pair.start(peer, 'idle');
      try {
        measurements.add(peer, await growth(pair));
      } finally {
        await pair.stop();
      }
    }
    const rows = measurements.rows(leak.columns);
    tellCase('leak', rows, leak.columns[0].format);
    return [{ key: 'leak', title: `after ${REHEARSAL.toLocaleString('en-US')} cycles that do not count`, rows }];
  },
};
