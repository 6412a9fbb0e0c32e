import { afterEach, expect, test } from '@jest/globals';
import type { BusOptions } from 'vaquero';
import type { ClusterBus, ClusterOptions } from 'vaquero/cluster';
import { busContract } from '../../src/testing/bus-contract/index.js';
import { Events } from '../support/events.js';

/** Holds the bus of a broker to what every bus does, and to its prefix. */
export function everyBus(make: (options: ClusterOptions) => ClusterBus): void {
  const open: ClusterBus[] = [];

  afterEach(() => Promise.all(open.splice(0).map((bus) => bus.close())));

  async function connected(options: ClusterOptions = {}): Promise<ClusterBus> {
    const bus = make(options);
    open.push(bus);
    await bus.connect();
    return bus;
  }

  const nodes = (count: number, options?: BusOptions) => Promise.all(Array.from({ length: count }, () => connected(options)));

  for (const { name, run } of busContract({ remote: true, nodes })) test(name, run);

  test('keeps to its prefix', async () => {
    const [one, two, other] = [
      await connected({ prefix: 'one' }),
      await connected({ prefix: 'two' }),
      await connected({ prefix: 'two' }),
    ];
    const infos = new Events<unknown>();
    await two.subscribe('news', { deliver: (info) => infos.push(info), ask: (request) => request.fail('unanswered') });
    one.publish('news', 'of one');
    two.publish('news', 'of two');
    // What came from there would have come before what is published when all of that has arrived.
    await one.close();
    other.publish('news', 'last');
    expect([await infos.next(), await infos.next()]).toEqual(['of two', 'last']);
    expect(two.counters.received).toBe(1);
  });
}
