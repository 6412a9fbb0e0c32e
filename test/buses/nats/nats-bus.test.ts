import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { BusOptions } from 'vaquero';
import { NatsBus } from 'vaquero/nats';
import { busContract } from '../../../src/testing/bus-contract/index.js';
import { describeWithNats, NatsServer } from '../../support/nats.js';

describeWithNats('NatsBus, as every bus,', () => {
  const open: NatsBus[] = [];
  let server: NatsServer;

  beforeAll(async () => {
    server = await NatsServer.start();
  });
  afterEach(() => Promise.all(open.splice(0).map((bus) => bus.close())));
  afterAll(() => server.stop());

  const nodes = async (count: number, options?: BusOptions): Promise<readonly NatsBus[]> => {
    const buses = Array.from({ length: count }, () => new NatsBus({ ...options, servers: server.url }));
    open.push(...buses);
    await Promise.all(buses.map((bus) => bus.connect()));
    return buses;
  };

  for (const { name, run } of busContract({ remote: true, nodes })) test(name, run);

  test('keeps to its prefix', async () => {
    const [one, two] = ['one', 'two'].map((prefix) => new NatsBus({ servers: server.url, prefix })) as [NatsBus, NatsBus];
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
