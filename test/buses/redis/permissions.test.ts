import { afterEach, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Address, parseAddress } from '../../../src/buses/redis/address.js';
import { RedisBroker } from '../../../src/buses/redis/broker.js';
import { describeWithRedis, RedisServer } from '../../support/redis.js';
import { Node } from '../broker-contract.js';

const denied = expect.objectContaining({ code: 'VAQUERO_BUS_DENIED' });

describeWithRedis('a channel that is not permitted', () => {
  const ends: (() => unknown)[] = [];

  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  test('is refused to who subscribes and told when it was one before, and no other is', async () => {
    const server = await RedisServer.start({ args: ['--user', 'ann', 'on', '>s3cret', '~*', '+@all', '&*'] });
    const admin = new Redis(server.url);
    const address = parseAddress(`redis://ann:s3cret@localhost:${server.port}`) as Address;
    const node = new Node(new RedisBroker(address, { prefix: 'test', connectTimeout: 15_000, bufferLimit: 0 }));
    ends.push(
      () => server.kill(),
      () => admin.disconnect(),
      () => node.broker.close(),
    );
    await node.broker.connect(node);
    await Promise.all(['open', 'secret'].map((channel) => node.broker.subscribe(channel)));
    // Redis ends the connections that are subscribed to what is not permitted any more.
    await admin.call('ACL', 'SETUSER', 'ann', 'resetchannels', '&open', '&test.*');
    expect([await node.changes.next(), await node.changes.next()]).toEqual(['down', 'up']);
    expect(node.failures).toEqual([denied]);
    await expect(node.broker.subscribe('secret.too')).rejects.toEqual(denied);
    await admin.publish('open', 'x');
    expect(await node.messages.next()).toBe('open x');
  });
});
