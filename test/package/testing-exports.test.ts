import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as kit from 'vaquero/testing';
import { documented, reexports } from './declarations.js';

const INDEX = join(__dirname, '../../dist/testing/index.d.ts');

/** What there is at run time. A name added here is promised; a name taken away breaks somebody's code. */
const NAMES = ['SimulatedNetwork', 'UpgradeRefused', 'VirtualClock', 'busContract', 'mount'];

const TYPES = [
  'BusHarness',
  'Clock',
  'Closed',
  'ContractCase',
  'Counters',
  'MountOptions',
  'Mounted',
  'ReceivedFrame',
  'ReportedError',
  'SimulatedNetworkOptions',
  'UpgradeResponse',
];

describe('the public names of vaquero/testing', () => {
  test('at run time are these', () => {
    expect(Object.keys(kit).sort()).toEqual(NAMES);
  });

  test('in the declarations have these types beside them', () => {
    const declared = reexports(INDEX).map(([name]) => name);
    expect(declared.sort()).toEqual([...NAMES, ...TYPES].sort());
  });

  test.each(reexports(INDEX))('%s has a TSDoc comment', (name, file) => {
    const declarations = documented(name, file);
    expect(declarations.length).toBeGreaterThan(0);
    expect(declarations).not.toContain(false);
  });
});
