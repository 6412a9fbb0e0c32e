import { serve } from 'vaquero';
import { type Broker, ClusterBus, type ClusterOptions } from 'vaquero/cluster';
import { NatsBus } from 'vaquero/nats';
import { RedisBus } from 'vaquero/redis';

/** What the compiler must take of buses of several nodes, and what it must not. Nothing here is run: `tsc` is the test. */

/** As the bus for another broker is made. */
export class OwnBus extends ClusterBus {
  constructor(broker: Broker, options: ClusterOptions = {}) {
    super(broker, { prefix: 'own', ...options });
  }
}

export async function buses(broker: Broker): Promise<void> {
  const redis = new RedisBus({ url: 'redis://localhost', prefix: 'app', nodeTimeout: 1_000, whileDown: 'drop' });
  const nats = new NatsBus({ servers: ['nats://a', 'nats://b'], user: 'ada', pass: 'secret' });
  await serve({ handlers: [], bus: redis });
  for (const bus of [redis, nats, new OwnBus(broker)]) await bus.connect();

  // @ts-expect-error where Redis is must be said
  new RedisBus({ prefix: 'app' });
  // @ts-expect-error a URL is a string
  new RedisBus({ url: new URL('redis://localhost') });
  // @ts-expect-error what waits is buffered or dropped
  new RedisBus({ url: 'redis://localhost', whileDown: 'wait' });
  // @ts-expect-error where NATS is must be said
  new NatsBus({ user: 'ada' });
  // @ts-expect-error servers are strings
  new NatsBus({ servers: [4222] });
  // @ts-expect-error credentials are no authenticator
  new NatsBus({ servers: 'nats://a', authenticator: 'secret' });
  // @ts-expect-error a broker must be given
  new ClusterBus();
  // @ts-expect-error an object is no broker
  new ClusterBus({ name: 'mine' });
}
