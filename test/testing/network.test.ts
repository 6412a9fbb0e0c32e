import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Bus, Connection, Down, json, OnInfo, OnInit, type Ref, type VaqueroError, WebSocketHandler } from 'vaquero';
import type { ClusterBus } from 'vaquero/cluster';
import { type Mounted, mount, SimulatedNetwork, VirtualClock } from 'vaquero/testing';

/** Many connections on several nodes, in one process and by one clock. */

@WebSocketHandler('/')
class Member {
  constructor(
    private readonly connection: Connection,
    private readonly bus: Bus,
  ) {}

  @OnInit() async init() {
    await this.connection.subscribe('news');
  }

  @OnInfo() news(info: string) {
    return info;
  }

  @OnInfo('watch') watch({ ref }: { type: 'watch'; ref: Ref }) {
    this.connection.monitor(ref);
  }

  @OnInfo('tell') tell({ ref, word }: { type: 'tell'; ref: Ref; word: string }) {
    this.bus.send(ref, word);
  }

  @OnInfo() down({ reason }: Down) {
    return json({ down: reason as never });
  }
}

interface Cluster {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly buses: readonly [ClusterBus, ClusterBus, ClusterBus];
  /** Those of each node. */
  readonly members: readonly [readonly Mounted[], readonly Mounted[], readonly Mounted[]];
  /** What the nodes reported, by code. */
  readonly lost: readonly string[];
}

async function cluster(seed: number, perNode: number): Promise<Cluster> {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock, seed, delay: [1, 20] });
  const lost: string[] = [];
  const node = () => network.bus({ onError: (error) => lost.push((error as VaqueroError).code) });
  const buses = [node(), node(), node()] as const;
  await Promise.all([...buses.map((bus) => bus.connect()), clock.advance(200)]);
  const defaults = { idleTimeout: Number.POSITIVE_INFINITY };
  const on = (bus: Bus) => Promise.all(Array.from({ length: perNode }, () => mount(Member, { bus, clock, defaults })));
  const members = [await on(buses[0]), await on(buses[1]), await on(buses[2])] as const;
  await clock.advance(200);
  return { clock, network, buses, members, lost };
}

/** What was received, by everybody, in order. */
const received = (members: readonly Mounted[]) => members.map(({ frames }) => frames.map(({ payload }) => String(payload)));

/** One story: news from every node, the third cut off for a while, and dead in the end. */
async function story(seed: number, perNode: number) {
  const { clock, network, buses, members, lost } = await cluster(seed, perNode);
  const [first, , third] = buses;
  const [watcher] = members[0] as [Mounted];
  const [watched] = members[2] as [Mounted];
  watcher.bus.send(watcher.ref, { type: 'watch', ref: watched.ref });
  for (const [i, bus] of buses.entries()) bus.publish('news', `from ${i + 1}`);
  await clock.advance(1_000);
  network.partition(third);
  await clock.advance(100);
  first.publish('news', 'while cut');
  third.publish('news', 'cut off');
  await clock.advance(2_000);
  network.heal();
  await clock.advance(1_000);
  first.publish('news', 'healed');
  await clock.advance(1_000);
  network.kill(third);
  await clock.advance(20_000);
  // One for the partition, and one for the death.
  expect(lost).toEqual(['VAQUERO_BUS_LOST', 'VAQUERO_BUS_LOST']);
  return members;
}

describe('a network', () => {
  const clock = new VirtualClock();

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'option clock must be given, such as new VirtualClock()'],
    ['no clock', {}, 'option clock must be given, such as new VirtualClock()'],
    ['a clock that is none', { clock: {} }, 'option clock must be a clock, such as new VirtualClock(), got a plain object'],
    ['the class of a clock', { clock: VirtualClock }, 'option clock must be a clock'],
    ['a seed that is no number', { clock, seed: 'x' }, 'option seed must be an integer, got the string "x"'],
    ['a seed with a fraction', { clock, seed: 1.5 }, 'option seed must be an integer'],
    [
      'one number as delay',
      { clock, delay: 5 },
      'option delay must be [min, max] in milliseconds from 0 to 2147483647, got the number 5',
    ],
    ['a delay that is turned round', { clock, delay: [2, 1] }, 'option delay must be [min, max]'],
    ['a delay below 0', { clock, delay: [-1, 1] }, 'option delay must be [min, max]'],
    ['a delay without an end', { clock, delay: [1, Number.POSITIVE_INFINITY] }, 'option delay must be [min, max]'],
    ['a delay of texts', { clock, delay: ['1', '2'] }, 'option delay must be [min, max]'],
    ['a delay of three', { clock, delay: [1, 2, 3] }, 'option delay must be [min, max]'],
    ['an option that there is not', { clock, sed: 1 }, 'unknown option sed; there are clock, seed, delay'],
  ])('does not take %s', (_what, options, message) => {
    expect(() => new SimulatedNetwork(options as never)).toThrow(
      expect.objectContaining({
        code: 'VAQUERO_INVALID_OPTION',
        message: expect.stringContaining(`new SimulatedNetwork(): ${message}`),
      }),
    );
  });

  test.each([
    { clock },
    { clock, seed: -1, delay: [0, 0] as const },
    { clock, seed: Date.now(), delay: [0.5, 2_147_483_647] as const },
  ])('takes %o', (options) => {
    expect(new SimulatedNetwork(options).bus().status).toBe('idle');
  });
});

describe('a cluster of three nodes', () => {
  test('is joined by a connection whose bus is not connected yet, when time passes', async () => {
    const clock = new VirtualClock();
    const bus = new SimulatedNetwork({ clock }).bus();
    await Promise.all([mount(Member, { bus, clock }), clock.advance(100)]);
    expect(bus.status).toBe('connected');
  });

  test('a message finds one connection on another node', async () => {
    const { clock, members } = await cluster(1, 1);
    const [[ann], [bob]] = members as unknown as [[Mounted], [Mounted]];
    ann.info({ type: 'tell', ref: bob.ref, word: 'psst' });
    await clock.advance(100);
    expect(received([ann, bob])).toEqual([[], ['psst']]);
  });

  test('ten thousand connections go through a partition and the death of a node', async () => {
    const [one, two, three] = (await story(7, 3_334)).map(received);
    const [watcher, ...others] = one as string[][];
    const common = (frames: readonly string[]) => frames.filter((frame) => frame.startsWith('from')).sort();
    for (const frames of [watcher as string[], ...others, ...(two as string[][]), ...(three as string[][])]) {
      expect(common(frames)).toEqual(['from 1', 'from 2', 'from 3']);
    }
    // What waited on the node that was cut off leaves when it is back; what was said meanwhile elsewhere, it has missed.
    for (const frames of [...others, ...(two as string[][])]) expect(frames.slice(3)).toEqual(['while cut', 'cut off', 'healed']);
    for (const frames of three as string[][]) expect(frames.slice(3)).toEqual(['cut off', 'healed']);
    expect((watcher as string[]).slice(3)).toEqual(['while cut', 'cut off', 'healed', '{"down":"node down"}']);
  }, 120_000);

  test('goes the same way for the same seed, and another for another', async () => {
    const digest = async (seed: number) => {
      const frames = (await story(seed, 33)).map(received);
      return createHash('sha256').update(JSON.stringify(frames)).digest('hex');
    };
    const digests = [await digest(1), await digest(1), await digest(2), await digest(3), await digest(4)];
    expect(digests[1]).toBe(digests[0]);
    expect(new Set(digests).size).toBeGreaterThan(1);
  });
});
