import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RedisBus } from 'vaquero/redis';
import { Events } from '../../support/events.js';
import { describeWithRedis, RedisServer } from '../../support/redis.js';
import { everyBus } from '../every-bus.js';

describeWithRedis('RedisBus, as every bus,', () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.kill());

  everyBus((options) => new RedisBus({ ...options, url: redis.url }));

  test('has wait what is published when more is on its way to a Redis that stands still than may be', async () => {
    const codes: unknown[] = [];
    const onError = (error: Error) => codes.push((error as Error & { code?: unknown }).code);
    const [a, b] = [new RedisBus({ url: redis.url, onError }), new RedisBus({ url: redis.url })];
    await Promise.all([a.connect(), b.connect()]);
    const heard = new Events<unknown>();
    await b.subscribe('news', { deliver: (info) => heard.push(info), ask: () => undefined });
    redis.freeze();
    const large = Buffer.alloc(1_000_000);
    for (let i = 0; i < 1_000 && a.status === 'connected'; i++) {
      a.publish('void', large);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(a.status).toBe('reconnecting');
    const { published, lost } = a.counters;
    expect(lost).toBe(published);
    a.publish('news', 'waited');
    redis.thaw();
    expect(await heard.next()).toBe('waited');
    expect(a.counters).toMatchObject({ published: published + 1, lost, dropped: 0 });
    expect(codes).toEqual(['VAQUERO_BUS_LOST']);
    await Promise.all([a.close(), b.close()]);
  });
});
