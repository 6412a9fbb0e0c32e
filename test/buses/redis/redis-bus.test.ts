import { afterAll, beforeAll } from '@jest/globals';
import { RedisBus } from 'vaquero/redis';
import { describeWithRedis, RedisServer } from '../../support/redis.js';
import { everyBus } from '../every-bus.js';

describeWithRedis('RedisBus, as every bus,', () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.kill());

  everyBus((options) => new RedisBus({ ...options, url: redis.url }));
});
