import { parseAddress } from '../../../src/buses/redis/address.js';
import { RedisBroker } from '../../../src/buses/redis/broker.js';
import { describeWithRedis, RedisServer } from '../../support/redis.js';
import { brokerContract } from '../broker-contract.js';

function brokerOf(url: string, connectTimeout = 5_000): RedisBroker {
  const address = parseAddress(url);
  if (address === undefined) throw new Error(`no address: ${url}`);
  return new RedisBroker(address, 'test', connectTimeout);
}

describeWithRedis('RedisBroker, as every broker,', () => {
  brokerContract({
    name: 'Redis at localhost:',
    async start() {
      const server = await RedisServer.start({ password: 'p@ss/word' });
      return {
        broker: () => brokerOf(server.url, 2_000),
        kill: () => server.kill(),
        restart: () => server.restart(),
        freeze: () => server.freeze(),
        thaw: () => server.thaw(),
        stop: () => server.kill(),
      };
    },
  });
});
