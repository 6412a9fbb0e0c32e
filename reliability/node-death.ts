// 7. A node is killed under load: what of its messages is lost, what the others notice, who is told, and what stays behind.
import { setTimeout as delay } from 'node:timers/promises';
import { BROKERS, type BrokerKind, BrokerServer } from './cluster/broker.js';
import { Client } from './cluster/client.js';
import { now, until } from './cluster/clock.js';
import { TrialNode } from './cluster/nodes.js';
import { MEMBERS_EACH, Room } from './cluster/room.js';
import { type Line, listen, Traffic } from './cluster/traffic.js';
import { type Finding, milliseconds, sum, type Trial } from './report.js';

const NODES = 3;
/** The one that is killed. */
const VICTIM = 2;
const NODE_TIMEOUT = 5_000;
/** Milliseconds by which `Down` may be late. */
const SLACK = 500;
/** Milliseconds that what was on its way may be older than what was delivered last. */
const IN_FLIGHT = 500;

interface Round {
  /** From speakers that lived to listeners that lived. */
  readonly among: readonly Line[];
  /** From the speaker of the node that was killed. */
  readonly ofVictim: readonly Line[];
  /** Milliseconds from the kill to `Down`, to when all were told who left, and to the first message of a client that came back on another node. */
  readonly down: number;
  readonly left: number;
  readonly back: number;
  readonly reason: string;
  /** Refs of the dead that were told to have left more or less than once, and that were still listed when `Down` came. */
  readonly wronglyLeft: number;
  readonly ghosts: number;
}

async function round(kind: BrokerKind, perSecond: number, calm: number): Promise<Round> {
  const broker = await BrokerServer.start(kind);
  const nodes = await Promise.all(Array.from({ length: NODES }, () => TrialNode.start(broker.url(), NODE_TIMEOUT)));
  const survivor = nodes[0] as TrialNode;
  const traffic = await Traffic.on(nodes);
  const room = await Room.on(nodes);
  const dead = room.refs[VICTIM] as string[];
  let down: { readonly at: number; readonly text: string } | undefined;
  const watch = await Client.connect(survivor.port, '/watch', (text) => {
    down = { at: now(), text };
  });
  watch.say(dead[0] as string);
  await watch.greeting;
  traffic.begin(perSecond);
  await traffic.flows();
  await delay(calm);

  const killedAt = now();
  const returned = comeBack(traffic, survivor);
  await (nodes[VICTIM] as TrialNode).kill();
  const late = 4 * NODE_TIMEOUT;
  await until(() => down !== undefined, late);
  const listed = await room.list();
  await until(() => dead.every((ref) => room.left.includes(ref)), late);
  const leftAt = now();
  const backAt = await returned;
  await delay(calm);

  const speakers = traffic.speakers.filter(({ node }) => node !== VICTIM);
  const listeners = traffic.listeners.filter(({ node }) => node !== VICTIM);
  await traffic.settle(speakers, listeners);
  traffic.end();
  room.end();
  watch.end();
  await Promise.all(nodes.map((node) => node.kill()));
  await broker.stop();
  return {
    among: traffic.lines(killedAt, speakers, listeners),
    ofVictim: traffic.lines(
      killedAt,
      traffic.speakers.filter(({ node }) => node === VICTIM),
      listeners,
    ),
    down: (down?.at ?? Number.POSITIVE_INFINITY) - killedAt,
    left: leftAt - killedAt,
    back: backAt - killedAt,
    reason: down?.text ?? 'none',
    wronglyLeft:
      dead.filter((ref) => room.left.filter((each) => each === ref).length !== 1).length +
      room.left.filter((ref) => !dead.includes(ref)).length,
    ghosts: listed.filter((ref) => dead.includes(ref)).length + Math.abs(listed.length - (NODES - 1) * MEMBERS_EACH),
  };
}

/** A client of the node that dies connects elsewhere when its connection ends; resolves when it hears something there. */
async function comeBack(traffic: Traffic, elsewhere: TrialNode): Promise<number> {
  await traffic.listeners.find(({ node }) => node === VICTIM)?.client?.ended;
  const listener = await listen(0, elsewhere.port);
  const heard = () => traffic.speakers.some(({ name }) => listener.of(name).numbers.length > 0);
  await until(heard, 10_000);
  listener.client?.end();
  return now();
}

/** What depends on how busy the machine is holds in full runs, which have a machine of their own; in short ones it is told. */
function findings(kind: BrokerKind, rounds: readonly Round[], full: boolean): Finding[] {
  const all = rounds.flatMap(({ among, ofVictim }) => [...among, ...ofVictim]);
  const lostAmong = sum(rounds.flatMap(({ among }) => among.map((line) => line.lost.length)));
  const victims = rounds.flatMap(({ ofVictim }) => ofVictim);
  // What the dead node's client sent after its death went nowhere.
  const before = victims.flatMap(({ lost, slowest }) =>
    lost.filter((sentAt) => sentAt < 0).map((sentAt) => ({ sentAt, stray: -sentAt > slowest + IN_FLIGHT })),
  );
  const stray = before.filter((each) => each.stray).length;
  const gaps = sum(victims.map((line) => line.gaps));
  const twice = sum(all.map((line) => line.twice));
  const reordered = sum(all.map((line) => line.reordered));
  const arrived = Math.min(...victims.map((line) => line.arrived));
  // A sign of life is looked for every third of nodeTimeout.
  const bound = NODE_TIMEOUT + NODE_TIMEOUT / 3 + SLACK;
  return [
    { what: `${kind}: times that a node was killed, with a nodeTimeout of ${NODE_TIMEOUT} ms`, value: rounds.length },
    { what: `${kind}: messages among the others lost`, value: lostAmong, holds: lostAmong === 0 },
    {
      what: `${kind}: deliveries lost of what the dead node's client had sent before the kill`,
      value: `${before.length}${before.length === 0 ? '' : `, sent within ${(-Math.min(...before.map(({ sentAt }) => sentAt))).toFixed(1)} ms of it`}`,
      ...(full && { holds: stray === 0 }),
    },
    { what: `${kind}: deliveries of it to each listener, at least`, value: arrived, holds: arrived > 0 },
    { what: `${kind}: gaps in what arrived of it`, value: gaps, holds: gaps === 0 },
    { what: `${kind}: reordered`, value: reordered, holds: reordered === 0 },
    { what: `${kind}: delivered twice`, value: twice, holds: twice === 0 },
    {
      what: `${kind}: from the kill to Down, at most ${bound.toFixed(0)} ms`,
      value: milliseconds(rounds.map((r) => r.down)),
      ...(full && { holds: rounds.every((r) => r.down <= bound) }),
    },
    {
      what: `${kind}: its reason`,
      value: [...new Set(rounds.map((r) => r.reason))].join(', '),
      holds: rounds.every((r) => r.reason === 'down: "node down"'),
    },
    {
      what: `${kind}: ghosts in the list when Down came`,
      value: sum(rounds.map((r) => r.ghosts)),
      holds: rounds.every((r) => r.ghosts === 0),
    },
    {
      what: `${kind}: leaves that were told not once`,
      value: sum(rounds.map((r) => r.wronglyLeft)),
      holds: rounds.every((r) => r.wronglyLeft === 0),
    },
    { what: `${kind}: from the kill to when all that left were told`, value: milliseconds(rounds.map((r) => r.left)) },
    {
      what: `${kind}: from the kill to the first message of a client that came back on another node`,
      value: milliseconds(rounds.map((r) => r.back)),
    },
  ];
}

export const nodeDeath: Trial = async (scale) => {
  const found: Finding[] = [];
  for (const kind of BROKERS) {
    const rounds: Round[] = [];
    for (let i = 0; i < scale.of(5, 1); i++) {
      rounds.push(await round(kind, scale.of(500, 200), scale.of(2_000, 1_000)));
    }
    found.push(...findings(kind, rounds, scale.full));
  }
  return found;
};
