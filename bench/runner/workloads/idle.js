// What connections cost that do nothing: memory, and the processor time of the heartbeat.
import { setTimeout as sleep } from 'node:timers/promises';
import { bytes, mebibytes, millisecondsPerSecond } from '../format.js';
import { openFiles } from '../machine.js';
import { Pair } from '../processes.js';
import { doing, tellCase } from '../progress.js';
import { Measurements } from '../rows.js';

const WANTED = 10_000;
// Files that a process has open besides its connections.
const OTHER_FILES = 200;
const CONNECTIONS = Math.min(WANTED, openFiles() - OTHER_FILES);

// Connections that come and go before the first reading, so that code and tables that every process needs are not counted.
const REHEARSAL = 500;
const SETTLE_MS = 300;
// Memory hardly varies from round to round, and a round takes a minute.
const MEMORY_ROUNDS = 3;
// One whole period of the slowest heartbeat.
const WATCHED_SECONDS = 30;

// The young generation has its full size from the start. It grows while connections come and does not shrink again, by some
// 30 MB in any busy process; that is not what a connection costs.
const FLAGS = ['--min-semi-space-size=16'];

const CASE = { key: 'idle', title: `${CONNECTIONS.toLocaleString('en-US')} idle connections, heartbeat on` };

async function rehearse({ load }) {
  await load.requests.ask('open', { kind: 'idle', connections: REHEARSAL });
  await load.requests.ask('leave');
  await sleep(SETTLE_MS);
}

async function settledMemory({ server }) {
  await sleep(SETTLE_MS);
  return server.requests.ask('memory');
}

async function memoryPerConnection(pair) {
  await rehearse(pair);
  const before = await settledMemory(pair);
  const { faults } = await pair.load.requests.ask('open', { kind: 'idle', connections: CONNECTIONS });
  const after = await settledMemory(pair);
  const perConnection = (key) => (after[key] - before[key]) / CONNECTIONS;
  return {
    rss: perConnection('rss'),
    heap: perConnection('heapUsed'),
    external: perConnection('external'),
    total: after.rss,
    faults,
  };
}

export const memory = {
  name: 'memory',
  title: 'Memory per idle connection, after full collections',
  better: 'lower',
  columns: [
    { key: 'rss', label: 'resident', format: bytes },
    { key: 'heap', label: 'heap', format: bytes },
    { key: 'external', label: 'external', format: bytes },
    { key: 'total', label: 'resident, whole process', format: mebibytes },
  ],
  format: bytes,
  async run(peers, settings) {
    const rounds = Math.min(settings.rounds, MEMORY_ROUNDS);
    const measurements = new Measurements(peers);
    for (let round = 1; round <= rounds; round++) {
      for (const peer of peers) {
        doing(`memory · round ${round} of ${rounds} · ${peer.label}`);
        const pair = await Pair.start(peer, 'idle', FLAGS);
        try {
          measurements.add(peer, await memoryPerConnection(pair));
        } finally {
          await pair.stop();
        }
      }
    }
    const rows = measurements.rows(memory.columns);
    tellCase('memory', rows, bytes);
    return [{ ...CASE, rows }];
  },
};

async function processorTime({ server, load }, seconds) {
  const before = await server.requests.ask('cpu');
  await sleep(seconds * 1000);
  const after = await server.requests.ask('cpu');
  const { faults } = await load.requests.ask('leave');
  const used = (key) => (after[key] - before[key]) / 1000 / seconds;
  return { cpu: used('user') + used('system'), user: used('user'), system: used('system'), faults };
}

export const idleCpu = {
  name: 'idle-cpu',
  title: 'Processor time of idle connections',
  better: 'lower',
  columns: [
    { key: 'cpu', label: 'processor time', format: millisecondsPerSecond },
    { key: 'user', label: 'user', format: millisecondsPerSecond },
    { key: 'system', label: 'system', format: millisecondsPerSecond },
  ],
  format: millisecondsPerSecond,
  // All peers idle side by side for one whole heartbeat period: it is their own time that is read, and a round in turn would
  // take minutes.
  async run(peers, { seconds }) {
    const measurements = new Measurements(peers);
    const pairs = [];
    try {
      for (const peer of peers) {
        doing(`idle-cpu · connecting to ${peer.label}`);
        const pair = await Pair.start(peer, 'idle');
        pairs.push(pair);
        await pair.load.requests.ask('open', { kind: 'idle', connections: CONNECTIONS });
        await pair.server.requests.ask('memory');
      }
      doing(`idle-cpu · watching for ${seconds ?? WATCHED_SECONDS} seconds`);
      const watched = await Promise.all(pairs.map((pair) => processorTime(pair, seconds ?? WATCHED_SECONDS)));
      for (const [index, measured] of watched.entries()) measurements.add(peers[index], measured);
    } finally {
      for (const pair of pairs) await pair.stop();
    }
    const rows = measurements.rows(idleCpu.columns);
    tellCase('idle-cpu', rows, millisecondsPerSecond);
    return [{ ...CASE, rows }];
  },
};
