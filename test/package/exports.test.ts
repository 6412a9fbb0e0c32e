import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { documented, reexports } from './declarations.js';

/** What is promised, by entry point: a name added here is kept; a name taken away breaks somebody's code. `dist` must be built. */

interface EntryPoint {
  load(): Promise<object>;
  /** What there is at run time. */
  readonly values: readonly string[];
  /** What is in the declarations beside them. */
  readonly types: readonly string[];
}

const ENTRY_POINTS: Readonly<Record<string, EntryPoint>> = {
  '.': {
    load: () => import('vaquero'),
    values: [
      'Bus',
      'Connection',
      'Down',
      'Info',
      'OnBinary',
      'OnInfo',
      'OnInit',
      'OnPing',
      'OnPong',
      'OnTerminate',
      'OnText',
      'OnUpgrade',
      'Presence',
      'PresenceDiff',
      'Timeout',
      'UpgradeRequest',
      'VaqueroError',
      'WebSocketHandler',
      'accept',
      'active',
      'answer',
      'attach',
      'binary',
      'close',
      'deflate',
      'discover',
      'json',
      'latest',
      'ping',
      'pong',
      'reject',
      'serve',
      'setOptions',
      'shutdownReason',
      'stop',
      'text',
    ],
    types: [
      'Accept',
      'AcceptOptions',
      'Active',
      'Answer',
      'AttachOptions',
      'Awaitable',
      'BusCounters',
      'BusOptions',
      'BusStatus',
      'Close',
      'CloseOptions',
      'Command',
      'Counters',
      'Deflate',
      'DeflateOptions',
      'ErrorContext',
      'ErrorStage',
      'Frame',
      'HandlerClass',
      'HandlerOptions',
      'HeaderValues',
      'Latest',
      'Logger',
      'Origins',
      'OverflowPolicy',
      'Peer',
      'PresenceEntry',
      'ProtocolFault',
      'RateLimit',
      'Ref',
      'Reject',
      'RejectOptions',
      'Reply',
      'RequestInfo',
      'RequestOptions',
      'RuntimeOptions',
      'ServeOptions',
      'Server',
      'SetOptions',
      'ShutdownReason',
      'TerminateReason',
      'TimerRef',
      'UpgradeAnswer',
      'VaqueroErrorCode',
    ],
  },
  './nats': { load: () => import('vaquero/nats'), values: ['NatsBus'], types: ['NatsBusOptions'] },
  './redis': { load: () => import('vaquero/redis'), values: ['RedisBus'], types: ['RedisBusOptions'] },
  './cluster': {
    load: () => import('vaquero/cluster'),
    values: ['ClusterBus'],
    types: ['Broker', 'BrokerEvents', 'ClusterOptions', 'PresenceRecord', 'PresenceStore'],
  },
  './testing': {
    load: () => import('vaquero/testing'),
    values: ['SimulatedNetwork', 'UpgradeRefused', 'VirtualClock', 'busContract', 'mount'],
    types: [
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
    ],
  },
};

const ROOT = join(__dirname, '../..');

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { types: string }>;
};

/** The declaration file of each entry point that is a module. */
const declarations = Object.entries(manifest.exports).flatMap(([entry, target]): [string, string][] =>
  typeof target === 'string' ? [] : [[entry, join(ROOT, target.types)]],
);

test('entry points are these', () => {
  expect(declarations.map(([entry]) => entry)).toEqual(Object.keys(ENTRY_POINTS));
});

describe.each(declarations)('the names of "%s"', (entry, index) => {
  const { load, values, types } = ENTRY_POINTS[entry] as EntryPoint;

  test('at run time are these', async () => {
    expect(Object.keys(await load()).sort()).toEqual(values);
  });

  test('in the declarations are those, and types beside them', () => {
    const declared = reexports(index).map(([name]) => name);
    expect(declared.sort()).toEqual([...values, ...types].sort());
  });

  test.each(reexports(index))('%s has a TSDoc comment', (name, file) => {
    const comments = documented(name, file);
    expect(comments.length).toBeGreaterThan(0);
    expect(comments).not.toContain(false);
  });
});
