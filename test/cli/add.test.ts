import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { emptyFolder, filesBelow, vaquero } from './command-line.js';

/** `vaquero add`, as far as files go; that they work is another test's. */

let project: string;

beforeEach(async () => {
  project = await emptyFolder();
  await writeFile(join(project, 'package.json'), JSON.stringify({ dependencies: { vaquero: '^0.1.0' } }));
});

describe('add', () => {
  test('handler writes a handler and its test', async () => {
    expect(await vaquero(project, ['add', 'handler', 'price-board'])).toEqual({
      code: 0,
      out:
        'Wrote src/handlers/price-board-handler.test.ts\nWrote src/handlers/price-board-handler.ts\n' +
        'It is served after the next build by a server that discovers src/handlers. One with a list of handlers needs its class added.\n',
      err: '',
    });
    expect(
      await readFile(join(project, 'src/handlers/price-board-handler.ts'), 'utf8'),
    ).toBe(`import { OnInit, OnText, WebSocketHandler } from 'vaquero';

/** Greets, and repeats what it is told. */
@WebSocketHandler('/price-board')
export class PriceBoardHandler {
  @OnInit() greet() {
    return 'Welcome to price-board';
  }

  @OnText() echo(message: string) {
    return message;
  }
}
`);
  });

  test('handler with parameters in its path types them', async () => {
    await vaquero(project, ['add', 'handler', 'games', '--path', '/games/:game/seats/:seat']);
    expect(
      await readFile(join(project, 'src/handlers/games-handler.ts'), 'utf8'),
    ).toBe(`import { Connection, OnInit, OnText, WebSocketHandler } from 'vaquero';

/** Greets, and repeats what it is told. */
@WebSocketHandler('/games/:game/seats/:seat')
export class GamesHandler {
  constructor(private readonly connection: Connection<{ game: string; seat: string }>) {}

  @OnInit() greet() {
    return \`Welcome to \${this.connection.params.game}/\${this.connection.params.seat}\`;
  }

  @OnText() echo(message: string) {
    return message;
  }
}
`);
  });

  test('service writes a service and its test', async () => {
    expect(await vaquero(project, ['add', 'service', 'prices'])).toEqual({
      code: 0,
      out: 'Wrote src/services/prices.test.ts\nWrote src/services/prices.ts\nName its class in the constructor of what needs it.\n',
      err: '',
    });
    const service = await readFile(join(project, 'src/services/prices.ts'), 'utf8');
    expect(service).toContain("@Info('prices.changed')\nexport class PricesChanged {");
    expect(service).toContain('@singleton()\nexport class Prices {');
  });

  test('finds the project above the folder that it runs in', async () => {
    const below = join(project, 'src/handlers');
    await mkdir(below, { recursive: true });
    expect(await vaquero(below, ['add', 'handler', 'chat'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('Wrote chat-handler.ts\n'),
    });
    expect(await filesBelow(below)).toEqual(['chat-handler.test.ts', 'chat-handler.ts']);
  });

  test('passes by a package.json that does not depend on vaquero', async () => {
    await mkdir(join(project, 'packages/other'), { recursive: true });
    await writeFile(join(project, 'packages/other/package.json'), '{}');
    expect(await vaquero(join(project, 'packages/other'), ['add', 'service', 'prices'])).toMatchObject({ code: 0 });
    expect(await filesBelow(join(project, 'src'))).toEqual(['services/prices.test.ts', 'services/prices.ts']);
  });

  test('overwrites nothing', async () => {
    await mkdir(join(project, 'src/handlers'), { recursive: true });
    await writeFile(join(project, 'src/handlers/chat-handler.test.ts'), 'mine');
    expect(await vaquero(project, ['add', 'handler', 'chat'])).toEqual({
      code: 1,
      out: '',
      err:
        `error: Nothing was written to ${project}: these are in the way, and nothing is ever overwritten. Move them, or choose another name:\n` +
        '  src/handlers/chat-handler.test.ts\n',
    });
    expect(await filesBelow(join(project, 'src'))).toEqual(['handlers/chat-handler.test.ts']);
  });
});

describe('add complains', () => {
  const source = (path: string) => `@WebSocketHandler(\n  ${path},\n  { compress: true })\nexport class Other {}\n`;

  test.each([
    ['/rooms', "'/rooms'", '/rooms'],
    ['/rooms/:room', '"/rooms/:id"', '/rooms/:id'],
  ])('of the path %s where there is a handler for %s', async (path, literal, named) => {
    await mkdir(join(project, 'src/lobby'), { recursive: true });
    await writeFile(join(project, 'src/lobby/other.ts'), source(literal));
    expect(await vaquero(project, ['add', 'handler', 'chat', '--path', path])).toEqual({
      code: 1,
      out: '',
      err:
        `error: The path "${path}" is taken: src/lobby/other.ts has a handler for "${named}", and no server takes two that match the same ` +
        'paths. Choose another with --path.\n',
    });
    expect(await filesBelow(join(project, 'src'))).toEqual(['lobby/other.ts']);
  });

  test('of no path that only tests, comments and other classes have', async () => {
    await mkdir(join(project, 'src'));
    await writeFile(join(project, 'src/other.test.ts'), source("'/chat'"));
    await writeFile(
      join(project, 'src/other.ts'),
      `// @WebSocketHandler('/chat')\n/** @WebSocketHandler('/chat') */\n${source("'/chat/:room'")}`,
    );
    expect(await vaquero(project, ['add', 'handler', 'chat'])).toMatchObject({ code: 0 });
  });

  test('where there is no project', async () => {
    const folder = await emptyFolder();
    expect(await vaquero(folder, ['add', 'handler', 'chat'])).toEqual({
      code: 1,
      out: '',
      err:
        `error: There is no vaquero project here: neither ${folder} nor a folder above it has a package.json with vaquero among its ` +
        'dependencies. Go to your project, or start one: npx vaquero new my-app\n',
    });
  });

  test('of a package.json that is not JSON', async () => {
    await writeFile(join(project, 'package.json'), '{');
    const { code, err } = await vaquero(project, ['add', 'service', 'prices']);
    expect(code).toBe(1);
    expect(err).toContain(`error: ${join(project, 'package.json')} is not JSON: `);
  });

  test.each([
    [['add'], /^Usage: vaquero add /],
    [['add', 'page', 'chat'], /^error: unknown command 'page'\n/],
    [['add', 'handler', 'a b'], /^error: The handler's name "a b" cannot be used: /],
    [['add', 'service', 'bus'], /^error: The service's name "bus" cannot be used: /],
    [['add', 'handler', 'chat', '--path', '/**'], /^error: The path "\/\*\*" cannot be used: /],
  ])('of %j as usage', async (words, message) => {
    const { code, out, err } = await vaquero(project, words);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(await filesBelow(project)).toEqual(['package.json']);
  });
});
