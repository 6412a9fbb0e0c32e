import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { BusOptions } from 'vaquero';
import { RedisBus } from 'vaquero/redis';
import { busContract } from '../../../src/testing/bus-contract/index.js';
import { describeWithRedis, RedisServer } from '../../support/redis.js';

describeWithRedis('RedisBus, as every bus,', () => {
  const open: RedisBus[] = [];
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterEach(() => Promise.all(open.splice(0).map((bus) => bus.close())));
  afterAll(() => redis.kill());

  const nodes = async (count: number, options?: BusOptions): Promise<readonly RedisBus[]> => {
    const buses = Array.from({ length: count }, () => new RedisBus({ ...options, url: redis.url }));
    open.push(...buses);
    await Promise.all(buses.map((bus) => bus.connect()));
    return buses;
  };

  for (const { name, run } of busContract({ remote: true, nodes })) test(name, run);

  test('keeps to its prefix', async () => {
    const [one, two] = ['one', 'two'].map((prefix) => new RedisBus({ url: redis.url, prefix })) as [RedisBus, RedisBus];
    open.push(one, two);
    await Promise.all([one.connect(), two.connect()]);
    const infos: unknown[] = [];
    await two.subscribe('news', { deliver: (info) => infos.push(info), ask: (request) => request.fail('unanswered') });
    one.publish('news', 'of one');
    two.publish('news', 'of two');
    await one.close();
    await two.close();
    expect(infos).toEqual(['of two']);
    expect(two.counters.received).toBe(0);
  });
});
