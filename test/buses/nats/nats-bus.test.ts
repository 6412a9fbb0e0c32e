import { afterAll, beforeAll } from '@jest/globals';
import { NatsBus } from 'vaquero/nats';
import { describeWithNats, NatsServer } from '../../support/nats.js';
import { everyBus } from '../every-bus.js';

describeWithNats('NatsBus, as every bus,', () => {
  let server: NatsServer;

  beforeAll(async () => {
    server = await NatsServer.start();
  });
  afterAll(() => server.stop());

  everyBus((options) => new NatsBus({ ...options, servers: server.url }));
});
