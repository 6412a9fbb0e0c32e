import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as vaquero from 'vaquero';
import { documented, reexports } from './declarations.js';

const INDEX = join(__dirname, '../../dist/index.d.ts');

/** What there is at run time. A name added here is promised; a name taken away breaks somebody's code. */
const NAMES = [
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
];

describe('the public names', () => {
  test('at run time are these', () => {
    expect(Object.keys(vaquero).sort()).toEqual(NAMES);
  });

  test('in the declarations have those, and types beside them', () => {
    const declared = reexports(INDEX).map(([name]) => name);
    expect(declared).toEqual(expect.arrayContaining(NAMES));
    expect(new Set(declared).size).toBe(declared.length);
    expect(declared).toEqual(expect.arrayContaining(['TerminateReason', 'Reply', 'Server', 'HandlerOptions']));
  });

  test.each(reexports(INDEX))('%s has a TSDoc comment', (name, file) => {
    const declarations = documented(name, file);
    expect(declarations.length).toBeGreaterThan(0);
    expect(declarations).not.toContain(false);
  });
});
