import { afterEach, expect, test } from '@jest/globals';
import type { BusOptions } from 'vaquero';
import type { ClusterBus, ClusterOptions } from 'vaquero/cluster';
import { busContract } from '../../src/testing/bus-contract/index.js';

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
    const [one, two] = [await connected({ prefix: 'one' }), await connected({ prefix: 'two' })];
    const infos: unknown[] = [];
    await two.subscribe('news', { deliver: (info) => infos.push(info), ask: (request) => request.fail('unanswered') });
    one.publish('news', 'of one');
    two.publish('news', 'of two');
    await one.close();
    await two.close();
    expect(infos).toEqual(['of two']);
    expect(two.counters.received).toBe(0);
  });
}
