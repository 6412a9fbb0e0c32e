// 8. The broker is killed under load and started again: what is lost, reordered or doubled, what goes on meanwhile, and how long recovery takes.
import { setTimeout as delay } from 'node:timers/promises';
import { BROKERS, type BrokerKind, BrokerServer } from './cluster/broker.js';
import { now, until } from './cluster/clock.js';
import { TrialNode } from './cluster/nodes.js';
import type { Listener, Speaker } from './cluster/sequence.js';
import { type Line, Traffic } from './cluster/traffic.js';
import { type Finding, milliseconds, sum, type Trial } from './report.js';

const NODES = 3;
const NODE_TIMEOUT = 5_000;
/** Milliseconds that what was on its way may be older than what was delivered last. */
const IN_FLIGHT = 500;
/** Milliseconds that recovery may take. */
const PATIENCE = 30_000;

interface Round {
  readonly lines: readonly Line[];
  /** When each node noticed, from the kill. */
  readonly noticedAt: readonly number[];
  /** Milliseconds from when the broker took connections again to the first message from another node anywhere, and to when all had one of all. */
  readonly first: number;
  readonly whole: number;
  readonly said: number;
  /** Said while the nodes knew that the broker was away. */
  readonly saidMeanwhile: number;
  readonly statuses: readonly string[];
  readonly counted: { readonly lost: number; readonly dropped: number };
}

async function round(kind: BrokerKind, perSecond: number, calm: number, away: number): Promise<Round> {
  const broker = await BrokerServer.start(kind);
  const nodes = await Promise.all(Array.from({ length: NODES }, () => TrialNode.start(broker.url(), NODE_TIMEOUT)));
  const traffic = await Traffic.on(nodes);
  traffic.begin(perSecond);
  await traffic.flows();
  await delay(calm);
  const killedAt = now();
  await broker.kill();
  await delay(away);
  await broker.restart();
  const backAt = now();
  const remote = traffic.speakers.flatMap((speaker) =>
    traffic.listeners.filter(({ node }) => node !== speaker.node).map((listener) => recovery(speaker, listener, backAt)),
  );
  await until(() => remote.every((arrivedAt) => arrivedAt() !== undefined), PATIENCE);
  const recovered = remote.map((arrivedAt) => (arrivedAt() ?? Number.POSITIVE_INFINITY) - backAt);
  await delay(calm);
  await traffic.settle();
  const measured = await Promise.all(nodes.map((node) => node.measure()));
  const noticedAt = nodes.map(
    ({ reports }) => reports.find(({ code }) => code === 'VAQUERO_BUS_LOST')?.at ?? Number.POSITIVE_INFINITY,
  );
  traffic.end();
  await Promise.all(nodes.map((node) => node.kill()));
  await broker.stop();
  const sum = (key: 'lost' | 'dropped') => measured.reduce((total, { counters }) => total + counters[key], 0);
  return {
    lines: traffic.lines(killedAt),
    noticedAt: noticedAt.map((at) => at - killedAt),
    first: Math.min(...recovered),
    whole: Math.max(...recovered),
    said: traffic.speakers.reduce((total, { sentAt }) => total + sentAt.length, 0),
    saidMeanwhile: traffic.speakers.reduce(
      (total, { sentAt, node }) => total + sentAt.filter((at) => at > (noticedAt[node] as number) && at < backAt).length,
      0,
    ),
    statuses: measured.map(({ status }) => status),
    counted: { lost: sum('lost'), dropped: sum('dropped') },
  };
}

/** When a listener got something of a speaker again. */
function recovery({ name }: Speaker, listener: Listener, backAt: number): () => number | undefined {
  return () => {
    const last = listener.of(name).at.at(-1);
    return last !== undefined && last > backAt ? listener.of(name).at.find((at) => at > backAt) : undefined;
  };
}

/** How old what was on its way may be depends on how busy the machine is: it holds in full runs, which have a machine of their own. */
function findings(kind: BrokerKind, rounds: readonly Round[], full: boolean): Finding[] {
  const inFlight = full ? IN_FLIGHT : Number.POSITIVE_INFINITY;
  const lines = rounds.flatMap((each) => each.lines.map((line) => ({ ...line, round: each })));
  const remote = lines.filter(({ local }) => !local);
  const lost = remote.flatMap((line) => line.lost);
  const stray = remote.flatMap(({ lost: sent, slowest, speaker, round: { noticedAt } }) =>
    sent.filter((at) => at < -slowest - inFlight || at > (noticedAt[speaker.node] as number)),
  );
  const pieces = Math.max(...remote.map((line) => line.pieces));
  const window = lost.length === 0 ? '–' : `${Math.min(...lost).toFixed(1)} to ${Math.max(...lost).toFixed(1)} ms`;
  const twice = sum(lines.map((line) => line.twice));
  const reordered = sum(lines.map((line) => line.reordered));
  const localLost = sum(lines.filter(({ local }) => local).map((line) => line.lost.length));
  const connected = rounds.every(({ statuses }) => statuses.every((status) => status === 'connected'));
  return [
    { what: `${kind}: times that the broker was killed`, value: rounds.length },
    {
      what: `${kind}: messages said, and while the broker was known to be away`,
      value: rounds.map((r) => `${r.said}, ${r.saidMeanwhile}`).join('; '),
    },
    { what: `${kind}: lost on the node where they were said`, value: localLost, holds: localLost === 0 },
    {
      what: `${kind}: deliveries lost to other nodes`,
      value: rounds.map((r) => sum(r.lines.map((line) => line.lost.length))).join(', '),
    },
    { what: `${kind}: they were said, from the kill`, value: window },
    {
      what: `${kind}: lost that were not on their way when the broker was killed or missed`,
      value: stray.length,
      holds: stray.length === 0,
    },
    { what: `${kind}: pieces of a sequence that are missing, at most`, value: pieces, holds: pieces <= 1 },
    {
      what: `${kind}: counted as lost, as dropped`,
      value: rounds.map((r) => `${r.counted.lost}, ${r.counted.dropped}`).join('; '),
    },
    { what: `${kind}: reordered`, value: reordered, holds: reordered === 0 },
    { what: `${kind}: delivered twice`, value: twice, holds: twice === 0 },
    {
      what: `${kind}: from the broker's return to the first message of another node`,
      value: milliseconds(rounds.map((r) => r.first)),
    },
    {
      what: `${kind}: to when everybody hears everybody`,
      value: milliseconds(rounds.map((r) => r.whole)),
      holds: rounds.every((r) => r.whole < PATIENCE),
    },
    { what: `${kind}: all nodes connected again`, value: String(connected), holds: connected },
  ];
}

export const brokerDeath: Trial = async (scale) => {
  const found: Finding[] = [];
  for (const kind of BROKERS) {
    const rounds: Round[] = [];
    for (let i = 0; i < scale.of(5, 1); i++) {
      rounds.push(await round(kind, scale.of(500, 200), scale.of(2_000, 1_000), scale.of(3_000, 500)));
    }
    found.push(...findings(kind, rounds, scale.full));
  }
  return found;
};
