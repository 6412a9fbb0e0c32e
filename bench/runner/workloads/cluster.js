// One topic over several nodes that a broker joins; what one node publishes reaches the subscribers of all.
import { setTimeout } from 'node:timers/promises';
import { alternate } from '../alternate.js';
import { milliseconds, percent, perSecond } from '../format.js';
import { CLUSTER_CONTROL } from '../peers.js';
import { Cluster } from '../processes.js';

const NODES = [2, 4];
const DEPTHS = [1, 8];
const TEXT = 1;
const SIZE = 64;
/** Milliseconds for nodes to let go of the topic that was tried out: Socket.IO's sharded adapter loses what it subscribes to while it does. */
const SETTLE = 1_000;

const COLUMNS = [
  { key: 'rate', label: 'rate', format: perSecond },
  { key: 'p50', label: 'p50 to the last', format: (microseconds) => milliseconds(microseconds / 1000) },
  { key: 'p99', label: 'p99 to the last', format: (microseconds) => milliseconds(microseconds / 1000) },
  { key: 'serverBusy', label: 'nodes busy', format: percent },
  { key: 'brokerBusy', label: 'broker busy', format: percent },
  { key: 'loadBusy', label: 'load busy', format: percent },
];

/** The part of the workload that is of one number of nodes. */
function onNodes(nodes, subscribers) {
  const of = `${subscribers.toLocaleString('en-US')} subscribers on ${nodes} nodes`;
  return {
    ...cluster,
    cases: DEPTHS.map((depth) => ({ key: `${nodes}-nodes-${depth}`, title: `${of}, ${depth} in flight`, options: { depth } })),
    start: (peer) => Cluster.start(peer, 'fanout', nodes),
    async prepare({ peer, load }) {
      const verified = await load.requests.ask('verifyFanout', { opcodes: [TEXT], paths: peer.paths });
      await setTimeout(SETTLE);
      const options = { opcode: TEXT, size: SIZE, subscribers, paths: peer.paths, toLast: true };
      await load.requests.ask('open', { kind: 'fanout', ...options });
      return verified;
    },
  };
}

export const cluster = {
  name: 'cluster',
  title: 'Fan-out of 64 B text over several nodes, deliveries',
  ofNodes: true,
  control: CLUSTER_CONTROL,
  better: 'higher',
  // Enough messages for a p99, at some ten thousand deliveries for each.
  seconds: 5,
  columns: COLUMNS,
  format: perSecond,
  async run(peers, settings) {
    const cases = [];
    for (const nodes of NODES) cases.push(...(await alternate(onNodes(nodes, settings.subscribers), peers, settings)));
    return cases;
  },
};
