import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

/** `discover`, of the built package, in a process of its own: what it imports are modules as a user's are. */

const run = promisify(execFile);

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly cause?: { readonly name: string; readonly message: string; readonly code?: string };
}

const SCRIPT = `
  import { discover } from 'vaquero';
  try {
    const found = await discover(eval(process.argv[1]));
    console.log(JSON.stringify({ names: found.map((handler) => handler.name) }));
  } catch (error) {
    const { code, message, cause } = error;
    console.log(JSON.stringify({ failure: { code, message, cause: cause && { name: cause.name, message: cause.message, code: cause.code } } }));
  }
`;

let root: string;
let folder: string;
let folders = 0;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'vaquero-discover-')));
  await mkdir(join(root, 'node_modules'));
  await symlink(resolve('.'), join(root, 'node_modules', 'vaquero'), 'dir');
  await writeFile(join(root, 'package.json'), '{ "type": "module" }');
});

afterAll(() => rm(root, { recursive: true, force: true }));

beforeEach(() => {
  folder = `handlers-${++folders}`;
});

async function write(files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}

function discover(directory = folder): Promise<{ names?: string[]; failure?: Failure }> {
  return discoverBy(JSON.stringify(directory));
}

/** Gives `discover` what an expression says. */
async function discoverBy(expression: string): Promise<{ names?: string[]; failure?: Failure }> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', SCRIPT, expression], { cwd: root });
  return JSON.parse(stdout);
}

/** A module that exports a handler of this name. */
const esModule = (name: string) => `
  import { WebSocketHandler } from 'vaquero';
  export class ${name} {}
  WebSocketHandler('/${name}')(${name});
`;

const commonModule = (name: string) => `
  const { WebSocketHandler } = require('vaquero');
  class ${name} {}
  WebSocketHandler('/${name}')(${name});
  exports.${name} = ${name};
`;

const FAILS = "throw new Error('must not be imported');";

describe('discover finds', () => {
  test('the handlers that modules below a folder export, in the order of their names', async () => {
    await write({
      'b.js': esModule('B'),
      'a.mjs': esModule('A'),
      'nested/deeper/c.js': esModule('C'),
      'z.js': esModule('Z'),
    });
    expect(await discover()).toEqual({ names: ['A', 'B', 'C', 'Z'] });
  });

  test('a folder by its absolute path too', async () => {
    await write({ 'a.js': esModule('A') });
    expect(await discover(join(root, folder))).toEqual({ names: ['A'] });
  });

  test('a folder by its URL', async () => {
    await write({ 'a.js': esModule('A') });
    const url = JSON.stringify(pathToFileURL(join(root, folder)).href);
    expect(await discoverBy(url)).toEqual({ names: ['A'] });
    expect(await discoverBy(`new URL(${url})`)).toEqual({ names: ['A'] });
  });

  test('several in a module, and the default export', async () => {
    await write({
      'many.js': `${esModule('One')}
        export default class Two {}
        WebSocketHandler('/two')(Two);
        export class NoHandler {}
        class Hidden {}
        WebSocketHandler('/hidden')(Hidden);
        export const nothing = null;
        export const number = 7;
      `,
    });
    const { names } = await discover();
    expect(names?.sort()).toEqual(['One', 'Two']);
  });

  test('those of CommonJS modules', async () => {
    await write({
      'named.cjs': commonModule('Named'),
      // Names that nothing can read off the text come with the default export only.
      'computed.cjs': `${commonModule('Ignored')} module.exports = Object.fromEntries([['Computed', class Computed {}]]);
        WebSocketHandler('/computed')(module.exports.Computed);`,
      'single.cjs': `${commonModule('Single')} module.exports = Single;`,
    });
    expect(await discover()).toEqual({ names: ['Computed', 'Named', 'Single'] });
  });

  test('each once, however often it is exported', async () => {
    await write({
      'index.js': "export * from './one.js'; export { One as Other, One as default } from './one.js';",
      'one.js': esModule('One'),
    });
    expect(await discover()).toEqual({ names: ['One'] });
  });

  test('a subclass only if it is a handler itself', async () => {
    await write({ 'one.js': `${esModule('One')} export class Heir extends One {}` });
    expect(await discover()).toEqual({ names: ['One'] });
  });

  test('nothing in an empty folder', async () => {
    await mkdir(join(root, folder));
    expect(await discover()).toEqual({ names: [] });
  });

  test('nothing in declarations, tests, other files and node_modules', async () => {
    await write({
      'one.js': esModule('One'),
      'one.d.ts': FAILS,
      'one.d.mts': FAILS,
      'one.d.cts': FAILS,
      'one.js.map': FAILS,
      'one.test.js': FAILS,
      'one.spec.mjs': FAILS,
      'one.test.ts': FAILS,
      'data.json': '{}',
      'README.md': FAILS,
      'nested/node_modules/other/index.js': FAILS,
      'nested/one.test.cjs': FAILS,
    });
    expect(await discover()).toEqual({ names: ['One'] });
  });
});

describe('discover rejects with VAQUERO_DISCOVER_FAILED', () => {
  test('for a folder that is not there', async () => {
    const { failure } = await discover();
    expect(failure).toMatchObject({ code: 'VAQUERO_DISCOVER_FAILED', cause: { code: 'ENOENT' } });
    expect(failure?.message).toContain(`Cannot read the folder ${join(root, folder)}`);
  });

  test.each([
    ['undefined', 'undefined'],
    ['null', 'null'],
    ["''", 'the string ""'],
    ['[]', 'an instance of Array'],
    ["new URL('https://example.com/handlers')", 'https://example.com/handlers'],
    ["'file://host/handlers'", 'the string "file://host/handlers"'],
  ])('for what names no folder: %s', async (expression, named) => {
    const { failure } = await discoverBy(expression);
    expect(failure?.code).toBe('VAQUERO_DISCOVER_FAILED');
    expect(failure?.message).toBe(
      `discover() takes a folder, as a path or a file: URL, got ${named}. From the module that asks: discover(new URL('./handlers', import.meta.url)).`,
    );
  });

  test('for a file in place of a folder', async () => {
    await write({ 'one.js': esModule('One') });
    const { failure } = await discover(join(folder, 'one.js'));
    expect(failure).toMatchObject({ code: 'VAQUERO_DISCOVER_FAILED', cause: { code: 'ENOTDIR' } });
  });

  test.each([
    ['throws', "throw new TypeError('not today');", { name: 'TypeError', message: 'not today' }],
    ['cannot be parsed', 'export class {', { name: 'SyntaxError' }],
    ['imports what is not there', "import './missing.js';", { code: 'ERR_MODULE_NOT_FOUND' }],
  ])('for a module that %s', async (_, content, cause) => {
    await write({ 'a.js': esModule('A'), 'nested/bad.js': content });
    const { failure } = await discover();
    expect(failure).toMatchObject({ code: 'VAQUERO_DISCOVER_FAILED', cause });
    expect(failure?.message).toContain(`Cannot import ${join(root, folder, 'nested', 'bad.js')}`);
  });
});
