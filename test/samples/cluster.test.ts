import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeWithBrowser, openBrowser } from '../support/chromium.js';
import { describeWithNats } from '../support/nats.js';
import { describeWithRedis, RedisServer } from '../support/redis.js';
import { ClusterProgram, type NodeProgram } from './cluster-program.js';
import { openPage } from './page.js';
import { Person } from './person.js';

/** Milliseconds after which a node that gives no sign of life is held for dead: 4,000 here, where 5,000 is the default. */
const NODE_TIMEOUT = 4_000;

const BROKERS = [
  ['redis', describeWithRedis],
  ['nats', describeWithNats],
] as const;

describe.each(BROKERS)('over %s', (broker, describeWithBroker) => {
  describeWithBroker('that it starts itself', () => {
    let cluster: ClusterProgram;
    let a: NodeProgram;
    let b: NodeProgram;
    let rooms = 0;

    const newRoom = () => `room-${++rooms}`;

    beforeAll(async () => {
      cluster = new ClusterProgram({ BROKER: broker, NODE_TIMEOUT: String(NODE_TIMEOUT) });
      [a, b] = await Promise.all([cluster.node('A'), cluster.node('B')]);
    });

    afterAll(async () => {
      expect(await cluster.stop()).toBe(0);
    });

    test('people on two nodes see each other come, write, type and go', async () => {
      const room = newRoom();
      const ada = await Person.join(a.socketUrl, room, 'Ada');
      expect(await ada.hearsOf('welcome')).toEqual({
        type: 'welcome',
        name: 'Ada',
        names: ['Ada'],
        lines: [],
        node: 'node A',
        nodes: ['node A'],
      });
      expect(await ada.hearsOf('joined')).toMatchObject({ name: 'Ada', node: 'node A' });
      const bob = await Person.join(b.socketUrl, room, 'Bob');
      expect(await bob.hearsOf('welcome')).toMatchObject({
        names: ['Ada', 'Bob'],
        node: 'node B',
        nodes: ['node A', 'node B'],
      });
      expect(await ada.hearsOf('joined')).toEqual({ type: 'joined', name: 'Bob', at: expect.any(Number), node: 'node B' });
      ada.says('over there?');
      const question = await bob.hearsOf('said');
      expect(question).toMatchObject({ name: 'Ada', text: 'over there?' });
      bob.client.text('{"type":"typing"}');
      expect(await ada.hearsOf('typing')).toEqual({ type: 'typing', name: 'Bob' });
      bob.says('over here');
      const answer = await ada.hearsOf('said').then((line) => (line.name === 'Ada' ? ada.hearsOf('said') : line));
      expect(answer).toMatchObject({ name: 'Bob', text: 'over here' });
      bob.client.drop();
      expect(await ada.hearsOf('left')).toMatchObject({ name: 'Bob' });
    });

    test('who comes to one node is told what was said on the other, and a name that is taken there gets a number', async () => {
      const room = newRoom();
      const ada = await Person.join(a.socketUrl, room, 'Ada');
      ada.says('first');
      const line = await ada.hearsOf('said');
      expect(await (await Person.join(b.socketUrl, room, 'ada')).hearsOf('welcome')).toMatchObject({
        name: 'ada 2',
        names: ['Ada', 'ada 2'],
        lines: [line],
      });
    });

    test('people of a node that is killed are gone and leave no ghosts, and the node comes back', async () => {
      const room = newRoom();
      const ada = await Person.join(a.socketUrl, room, 'Ada');
      // Who is there before she has looked around is in her welcome, and not told to have joined.
      await ada.hearsOf('welcome');
      for (const name of ['Bob', 'Bea']) await Person.join(b.socketUrl, room, name);
      // What was on its way when a node is killed is lost, so that who had just come may never have been seen.
      for (const seen = new Set<unknown>(); !(seen.has('Bob') && seen.has('Bea')); ) seen.add((await ada.hearsOf('joined')).name);
      process.kill(b.pid, 'SIGKILL');
      const left = [await ada.hearsOf('left'), await ada.hearsOf('left')].map(({ name }) => name);
      expect(left.sort()).toEqual(['Bea', 'Bob']);
      await cluster.says(/^node B ended with SIGKILL\. It is started again\.$/);
      await cluster.says(/^node B is back, as process \d+\.$/);
      const bob = await Person.join(b.socketUrl, room, 'Bob');
      expect(await bob.hearsOf('welcome')).toMatchObject({ name: 'Bob', names: ['Ada', 'Bob'], nodes: ['node A', 'node B'] });
      expect(await ada.hearsOf('joined')).toMatchObject({ name: 'Bob' });
    });
  });
});

describeWithBrowser('in Chromium', () => {
  let chromium: Awaited<ReturnType<typeof openBrowser>>;
  const faults: string[] = [];

  beforeAll(async () => {
    chromium = await openBrowser();
  });

  afterAll(async () => {
    await chromium.close();
    expect(faults).toEqual([]);
  });

  async function enter({ url }: NodeProgram, name: string): Promise<Page> {
    const page = await openPage(chromium.browser, `${url}/chat/den`, faults);
    await page.getByLabel('Your name').fill(name);
    await page.getByRole('button', { name: 'Join the room' }).click();
    await page.getByText('Connected', { exact: true }).waitFor();
    return page;
  }

  const personOf = (page: Page, name: string, node: string) =>
    page.locator('#people li').filter({ hasText: name }).filter({ hasText: node });

  describe.each(BROKERS)('over %s', (broker, describeWithBroker) => {
    describeWithBroker('that it starts itself', () => {
      test('pages of two nodes show each other, and who is on which', async () => {
        const cluster = new ClusterProgram({ BROKER: broker });
        const [a, b] = await Promise.all([cluster.node('A'), cluster.node('B')]);
        const [ada, bob] = [await enter(a, 'Ada'), await enter(b, 'Bob')];
        await ada.getByText('on node A', { exact: true }).waitFor();
        await bob.getByText('on node B', { exact: true }).waitFor();
        for (const page of [ada, bob]) {
          await personOf(page, 'Ada', 'node A').waitFor();
          await personOf(page, 'Bob', 'node B').waitFor();
        }
        await bob.getByLabel('Message', { exact: true }).fill('Howdy from afar');
        await bob.keyboard.press('Enter');
        await ada.locator('#log').getByText('Howdy from afar').waitFor();
        await bob.close();
        await personOf(ada, 'Bob', 'node B').waitFor({ state: 'detached' });
        await ada
          .locator('.event')
          .filter({ hasText: /Bob.*left/ })
          .waitFor();
        await ada.close();
        expect(await cluster.stop()).toBe(0);
      });
    });
  });
});

describeWithRedis('over a broker that is given', () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
  });

  afterAll(() => redis.kill());

  test('it ends on SIGINT too, and leaves the broker alone', async () => {
    for (let i = 0; i < 2; i++) {
      const cluster = new ClusterProgram({ BUS: redis.url });
      await Promise.all([cluster.node('A'), cluster.node('B')]);
      expect(await cluster.stop('SIGINT')).toBe(0);
    }
  });

  test('a node that keeps dying is given up, and all with it', async () => {
    const cluster = new ClusterProgram({ BUS: redis.url });
    let { pid } = await cluster.node('A');
    await cluster.says(/^They are one chat/);
    for (let deaths = 1; deaths <= 5; deaths++) {
      process.kill(pid, 'SIGKILL');
      const [, back] = await cluster.says(/^node A is back, as process (\d+)\.$/, deaths);
      pid = Number(back);
    }
    process.kill(pid, 'SIGKILL');
    expect(await cluster.ended).toBe(1);
    expect(cluster.said).toContain('node A died 6 times within a minute.');
  });
});

test('where there is no broker, it says what to do', async () => {
  const cluster = new ClusterProgram({ BUS: '', BROKER: '', PATH: __dirname });
  expect(await cluster.ended).toBe(1);
  expect(cluster.said.filter((line) => line !== '')).toEqual([
    'There is no redis-server and no nats-server on the PATH. Install one of them, or say where a broker runs: BUS=redis://localhost:6379 or BUS=nats://localhost:4222',
  ]);
});

test.each([
  ['a broker that is not known', { BROKER: 'kafka' }, 'BROKER must be redis or nats, got "kafka".'],
  ['an address that is none', { BUS: 'localhost:6379' }, 'BUS must be the address of a broker'],
  ['a Redis that is not there', { BUS: 'redis://u:secret@127.0.0.1:1' }, 'VAQUERO_BUS_UNAVAILABLE'],
  ['a NATS server that is not there', { BUS: 'nats://u:secret@127.0.0.1:1' }, 'VAQUERO_BUS_UNAVAILABLE'],
])('%s ends it with 1 and the cause, without a password', async (_name, env, message) => {
  const cluster = new ClusterProgram(env);
  expect(await cluster.ended).toBe(1);
  const said = cluster.said.join('\n');
  expect(said).toContain(message);
  expect(said).not.toContain('secret');
});
