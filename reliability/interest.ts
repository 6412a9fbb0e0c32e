// 9. A hundred topics with all their subscribers on one of four nodes: what the brokers send to each node.
import { BROKERS, type BrokerKind, BrokerServer } from './cluster/broker.js';
import { Client } from './cluster/client.js';
import { until } from './cluster/clock.js';
import { TrialNode } from './cluster/nodes.js';
import { Tap } from './cluster/tap.js';
import type { Finding, Trial } from './report.js';

const NODES = 4;
/** The node that publishes, and the one that all subscribers are on. */
const PUBLISHER = 0;
const SUBSCRIBED = 3;
const TOPICS = 100;
const NODE_TIMEOUT = 5_000;
/** Milliseconds that deliveries may take. */
const SETTLE = 20_000;
const MARK = 'told to those who are interested and to nobody else';

async function trial(kind: BrokerKind, each: number): Promise<Finding[]> {
  const broker = await BrokerServer.start(kind);
  const taps = await Promise.all(Array.from({ length: NODES }, () => Tap.open(broker.port, MARK)));
  const nodes = await Promise.all(taps.map((tap) => TrialNode.start(broker.url(tap.port), NODE_TIMEOUT)));
  let heard = 0;
  const clients = await Promise.all(
    Array.from({ length: TOPICS }, (_, i) =>
      Client.connect((nodes[SUBSCRIBED] as TrialNode).port, `/listen/topic-${i}`, () => heard++),
    ),
  );
  await Promise.all(clients.map((client) => client.greeting));
  const before = taps.map(({ bytes }) => bytes);
  await (nodes[PUBLISHER] as TrialNode).ask({ kind: 'publish', topics: TOPICS, each, text: MARK });
  const all = TOPICS * each;
  await until(() => heard >= all, SETTLE);
  const received = await Promise.all(nodes.map(async (node) => (await node.measure()).counters.received));
  const marks = taps.map((tap) => tap.marks);
  const bytes = taps.map((tap, i) => tap.bytes - (before[i] as number));
  for (const client of clients) client.end();
  await Promise.all(nodes.map((node) => node.kill()));
  for (const tap of taps) tap.close();
  await broker.stop();
  const onlyThere = (counts: readonly number[]) => counts.every((count, i) => count === (i === SUBSCRIBED ? all : 0));
  return [
    { what: `${kind}: messages in ${TOPICS} topics, delivered`, value: heard, holds: heard === all },
    { what: `${kind}: messages that each node's bus received`, value: received.join(', '), holds: onlyThere(received) },
    { what: `${kind}: messages on each node's wire from the broker`, value: marks.join(', '), holds: onlyThere(marks) },
    { what: `${kind}: bytes on each node's wire from the broker`, value: bytes.join(', ') },
  ];
}

export const interest: Trial = async (scale) => {
  const findings: Finding[] = [];
  for (const kind of BROKERS) findings.push(...(await trial(kind, scale.of(1_000, 20))));
  return findings;
};
