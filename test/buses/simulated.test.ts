import { afterEach, describe, test } from '@jest/globals';
import type { BusOptions } from '../../src/core/bus-options.js';
import { systemClock } from '../../src/core/clock.js';
import type { ClusterBus } from '../../src/core/cluster/cluster-bus.js';
import { busContract } from '../../src/testing/bus-contract/index.js';
import { SimulatedNetwork } from '../../src/testing/network/simulated-network.js';

describe('the bus of a simulated network', () => {
  const open: ClusterBus[] = [];

  afterEach(() => Promise.all(open.splice(0).map((bus) => bus.close())));

  const nodes = async (count: number, options?: BusOptions): Promise<readonly ClusterBus[]> => {
    const network = new SimulatedNetwork({ clock: systemClock, delay: [0, 2] });
    const buses = Array.from({ length: count }, () => network.bus(options));
    open.push(...buses);
    await Promise.all(buses.map((bus) => bus.connect()));
    return buses;
  };

  for (const { name, run } of busContract({ remote: true, nodes })) test(name, run);
});
