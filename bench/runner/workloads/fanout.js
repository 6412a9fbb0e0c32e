// One publisher, a thousand subscribers; the rate is that of deliveries.
import { alternate } from '../alternate.js';
import { RATE_COLUMNS } from '../columns.js';
import { perSecond } from '../format.js';

const SUBSCRIBERS = 1000;
const TEXT = 1;
const SIZE = 64;

export const fanout = {
  name: 'fanout',
  title: `Fan-out of 64 B text to ${SUBSCRIBERS.toLocaleString('en-US')} subscribers, deliveries`,
  program: 'fanout',
  better: 'higher',
  seconds: 0.6,
  columns: RATE_COLUMNS,
  format: perSecond,
  cases: [1, 8].map((depth) => ({ key: `text-64-${depth}`, title: `${depth} in flight`, options: { depth } })),
  async prepare({ peer, load }) {
    const verified = await load.requests.ask('verifyFanout', { opcodes: [TEXT], paths: peer.paths });
    await load.requests.ask('open', { kind: 'fanout', opcode: TEXT, size: SIZE, subscribers: SUBSCRIBERS, paths: peer.paths });
    return verified;
  },
  run: (peers, settings) => alternate(fanout, peers, settings),
};
