import { describe, test } from '@jest/globals';
import { Bus } from '../../src/core/bus.js';
import type { BusOptions } from '../../src/core/bus-options.js';
import { busContract } from '../../src/testing/bus-contract/index.js';

describe('the bus of one process', () => {
  const nodes = async (count: number, options?: BusOptions): Promise<readonly Bus[]> => {
    const bus = new Bus(options);
    return Array.from({ length: count }, () => bus);
  };
  for (const { name, run } of busContract({ remote: false, nodes })) test(name, run);
});
