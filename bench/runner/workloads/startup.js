// From the first import of a peer's program to its listening.
import { milliseconds } from '../format.js';
import { ServerProcess } from '../processes.js';
import { doing, tellCase } from '../progress.js';
import { Measurements } from '../rows.js';

const STARTS_PER_ROUND = 2;

async function startOnce(peer) {
  const server = await ServerProcess.start(peer, 'echo');
  await server.stop();
  return { startup: server.startup, faults: null };
}

export const startup = {
  name: 'startup',
  title: 'Time from import to listening',
  better: 'lower',
  columns: [{ key: 'startup', label: 'time', format: milliseconds }],
  format: milliseconds,
  async run(peers, { rounds }) {
    const measurements = new Measurements(peers);
    // The first start reads the files from the disk.
    for (const peer of peers) await startOnce(peer);
    const starts = rounds * STARTS_PER_ROUND;
    for (let start = 1; start <= starts; start++) {
      doing(`startup · start ${start} of ${starts}`);
      for (const peer of peers) measurements.add(peer, await startOnce(peer));
    }
    const rows = measurements.rows(startup.columns);
    tellCase('startup', rows, milliseconds);
    return [{ key: 'startup', title: `median of ${starts} process starts`, rows }];
  },
};
