import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as vaquero from 'vaquero';

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

/** What a declaration file exports from others, by the file that declares it: `[name there, file]`. */
function reexports(file: string): [string, string][] {
  const source = readFileSync(file, 'utf8');
  if (/export \*/.test(source)) throw new Error(`${file} exports names that it does not list`);
  return [...source.matchAll(/export (?:type )?\{([^}]*)\} from '([^']+)'/g)].flatMap(([, names = '', from = '']) =>
    names
      .split(',')
      .map((name) => name.replace(/^\s*type\s/, '').trim())
      .filter((name) => name !== '')
      .map((name): [string, string] => [
        name.split(/\s+as\s+/)[0] as string,
        resolve(dirname(file), from.replace(/\.js$/, '.d.ts')),
      ]),
  );
}

/** For each declaration of a name, overloads one by one, whether a TSDoc comment is right before it. */
function documented(name: string, file: string): boolean[] {
  const source = readFileSync(file, 'utf8');
  const declaration = new RegExp(
    String.raw`^export (?:declare )?(?:abstract )?(?:class|interface|type|function|const|enum) ${name}\b`,
    'gm',
  );
  const own = [...source.matchAll(declaration)].map(({ index }) =>
    /\/\*\*(?:(?!\*\/)[\s\S])+\*\/\s*$/.test(source.slice(0, index)),
  );
  if (own.length > 0) return own;
  return reexports(file)
    .filter(([there]) => there === name)
    .flatMap(([there, from]) => documented(there, from));
}

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
