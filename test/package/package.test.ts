import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RawClient } from '../support/raw-client.js';
import { Consumer, ROOT, run } from './consumer.js';

/** The package as others get it: dist must be built, as `npm test` does first. */

/** Bytes that the tarball may have. Raising it is a commit of its own, whose message says what for. */
const MAX_SIZE = 540_000;

let consumer: Consumer;

beforeAll(async () => {
  consumer = await Consumer.create();
}, 120_000);

afterAll(() => consumer?.remove());

/** publint comes as ES modules only, which jest does not load: a process of its own does. */
const LINT = `
  import { publint } from 'publint';
  import { formatMessage } from 'publint/utils';
  const { messages, pkg } = await publint({ pkgDir: '.', level: 'warning' });
  console.log(JSON.stringify(messages.map((message) => message.type + ': ' + formatMessage(message, pkg, { color: false }))));
`;

describe('the package', () => {
  test('gives publint nothing to warn of', async () => {
    expect(JSON.parse(await run(ROOT, process.execPath, '--input-type=module', '--eval', LINT))).toEqual([]);
  });

  test('holds what is built, templates, README, LICENSE and package.json, and nothing else', () => {
    const others = consumer.packed.paths.filter((path) => !/^dist\/.+(\.js|\.js\.map|\.d\.ts)$/.test(path));
    const templates = readdirSync(join(ROOT, 'templates'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
    expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json', ...templates].sort());
    expect(consumer.packed.paths).toEqual(expect.arrayContaining(['dist/index.js', 'dist/index.d.ts']));
  });

  test('is no larger than it may be', () => {
    process.stdout.write(`vaquero packs into ${Math.ceil(consumer.packed.size / 1_000)} KB of at most ${MAX_SIZE / 1_000}\n`);
    expect(consumer.packed.size).toBeLessThanOrEqual(MAX_SIZE);
  });

  test('compiles into a strict application that checks declarations and has no types of ws', async () => {
    expect(existsSync(join(consumer.directory, 'node_modules/@types/ws'))).toBe(false);
    await consumer.compile();

    const { url, stop } = await consumer.start('out/hello.js');
    const client = await RawClient.open(url, '/hello');
    expect(await client.nextText()).toBe('Hello!');
    client.text('I am here');
    expect(await client.nextText()).toBe("That's what she said! I am here");
    expect(await client.close(1000)).toMatchObject({ code: 1000 });
    expect(await stop()).toEqual({ code: 0, said: ['gone: remote'] });
  });

  test('has a test kit for ES modules and CommonJS, which keeps a process only while it waits', async () => {
    expect(JSON.parse(await run(consumer.directory, process.execPath, 'out/kit.js'))).toEqual({
      first: { type: 'text', payload: 'welcome' },
      next: { type: 'text', payload: 'hi' },
      heard: ['HI'],
      timed: 1,
      awaited: { type: 'text', payload: 'bang' },
      closed: { code: 4000, reason: '' },
      refused: 404,
      late: 503,
    });
    expect(JSON.parse(await run(consumer.directory, process.execPath, 'out/common.cjs'))).toEqual({
      type: 'text',
      payload: 'from CommonJS',
    });
  });

  describe('beside the clients of brokers', () => {
    beforeAll(() => consumer.addClients());

    test('compiles with the buses of several nodes', () => consumer.compileBuses());

    test.each([
      ['vaquero', 'serve'],
      ['vaquero/cluster', 'ClusterBus'],
      ['vaquero/nats', 'NatsBus'],
      ['vaquero/redis', 'RedisBus'],
      ['vaquero/testing', 'mount'],
    ])('gives require and import of %s the same names and the same classes', async (entry, name) => {
      const { required, imported, different } = JSON.parse(await run(consumer.directory, process.execPath, 'both.cjs', entry));
      expect(imported).toContain(name);
      expect(required).toEqual(imported);
      expect(different).toEqual([]);
    });
  });
});
