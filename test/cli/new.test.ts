import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { VERSION } from '../../src/cli/manifest.js';
import { emptyFolder, filesBelow, vaquero } from './command-line.js';

/** `vaquero new`, as far as files go; that a project works is another test's. */

const FILES = [
  '.dockerignore',
  '.editorconfig',
  '.github/workflows/ci.yml',
  '.gitignore',
  'Dockerfile',
  'README.md',
  'dev.js',
  'package.json',
  'page/app.js',
  'page/favicon.svg',
  'page/index.html',
  'page/style.css',
  'src/handlers/chat-handler.test.ts',
  'src/handlers/chat-handler.ts',
  'src/listen.ts',
  'src/main.ts',
  'src/services/board.test.ts',
  'src/services/board.ts',
  'src/site.test.ts',
  'src/site.ts',
  'tsconfig.json',
];

const welcome = (folder: string, count: number, ...steps: string[]) => `Wrote ${count} files to ${folder}. Go on with:

${steps.map((step) => `  ${step}\n`).join('')}
Then open http://localhost:8080. README.md says the rest.
`;

describe('new', () => {
  test('writes a project into a folder that it makes, and says how to go on', async () => {
    const folder = await emptyFolder();
    expect(await vaquero(folder, ['new', 'my-app'])).toEqual({
      code: 0,
      out: welcome('my-app', FILES.length, 'cd my-app', 'npm install', 'npm run dev'),
      err: '',
    });
    expect(await filesBelow(join(folder, 'my-app'))).toEqual(FILES);
  });

  test('writes into the folder that it runs in, and names the project after it', async () => {
    const folder = join(await emptyFolder(), 'corral');
    await mkdir(folder);
    expect(await vaquero(folder, ['new', '.'])).toEqual({
      code: 0,
      out: welcome('this folder', FILES.length, 'npm install', 'npm run dev'),
      err: '',
    });
    expect(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')).name).toBe('corral');
    expect(await readFile(join(folder, 'page/index.html'), 'utf8')).toContain('<h1>corral</h1>');
  });

  test('of no folder at all writes nothing', async () => {
    const folder = await emptyFolder();
    expect(await vaquero(folder, ['new', ''])).toEqual({
      code: 2,
      out: '',
      err: expect.stringContaining('The directory has no name. For the folder that you are in, write a dot: vaquero new .'),
    });
    expect(await filesBelow(folder)).toEqual([]);
  });

  test('depends on its own version, and on others as it does itself', async () => {
    const folder = await emptyFolder();
    await vaquero(folder, ['new', 'my-app']);
    const { dependencies, devDependencies } = JSON.parse(await readFile(join(folder, 'my-app/package.json'), 'utf8'));
    expect(dependencies).toEqual({ 'reflect-metadata': '^0.2.2', tsyringe: '^4.10.0', vaquero: `^${VERSION}` });
    expect(Object.keys(devDependencies)).toEqual(['@types/node', 'typescript']);
    for (const range of Object.values(devDependencies)) expect(range).toMatch(/^\^\d+\.\d+\.\d+$/);
  });

  test.each([
    ['redis', ['ioredis'], 'redis://localhost:6379'],
    ['nats', ['@nats-io/jetstream', '@nats-io/transport-node'], 'nats://localhost:4222'],
  ])('with --bus %s adds the bus, its client and a compose file', async (bus, clients, url) => {
    const folder = await emptyFolder();
    const { code, out } = await vaquero(folder, ['new', 'my-app', '--bus', bus]);
    expect([code, out]).toEqual([
      0,
      welcome('my-app', FILES.length + 2, 'cd my-app', 'npm install', `docker compose up -d ${bus}`, 'npm run dev'),
    ]);
    const app = join(folder, 'my-app');
    expect(await filesBelow(app)).toEqual([...FILES, 'compose.yaml', 'src/bus.ts'].sort());
    const { dependencies } = JSON.parse(await readFile(join(app, 'package.json'), 'utf8'));
    expect(Object.keys(dependencies)).toEqual([...clients, 'reflect-metadata', 'tsyringe', 'vaquero']);
    expect(await readFile(join(app, 'src/bus.ts'), 'utf8')).toContain(`process.env.${bus.toUpperCase()}_URL ?? '${url}'`);
    expect(await readFile(join(app, 'src/main.ts'), 'utf8')).toContain("import { bus } from './bus.js';");
    expect(await readFile(join(app, 'README.md'), 'utf8')).toContain(`\`${bus.toUpperCase()}_URL\` says where the broker is`);
  });

  test.each([
    [[], '/chat', "'/chat'", "'chat'"],
    [
      ['--path', '/rooms/:room'],
      '/rooms/:room',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: what is written has one.
      "`/rooms/${encodeURIComponent(query.get('room') ?? 'lobby')}`",
      'this.connection.params.room',
    ],
  ])('with %j says the path to handler and page', async (options, path, socketPath, room) => {
    const folder = await emptyFolder();
    await vaquero(folder, ['new', 'my-app', ...options]);
    const handler = await readFile(join(folder, 'my-app/src/handlers/chat-handler.ts'), 'utf8');
    expect(handler).toContain(`@WebSocketHandler('${path}', `);
    expect(handler).toContain(`return ${room};`);
    expect(await readFile(join(folder, 'my-app/page/app.js'), 'utf8')).toContain(`new URL(${socketPath}, location.href)`);
  });

  test('with --handler names file, class and path', async () => {
    const folder = await emptyFolder();
    await vaquero(folder, ['new', 'my-app', '--handler', 'PriceBoard']);
    const handler = await readFile(join(folder, 'my-app/src/handlers/price-board-handler.ts'), 'utf8');
    expect(handler).toContain("@WebSocketHandler('/price-board', ");
    expect(handler).toContain('export class PriceBoardHandler {');
  });

  test('leaves nothing of a template unfilled', async () => {
    const folder = await emptyFolder();
    await vaquero(folder, ['new', 'my-app', '--bus', 'nats', '--path', '/a/:b']);
    for (const path of await filesBelow(folder)) {
      expect(path).not.toMatch(/__/);
      expect(await readFile(join(folder, path), 'utf8')).not.toMatch(/__|\/\/ *$/m);
    }
  });
});

describe('new overwrites nothing', () => {
  test('lists all that is in the way, and writes nothing', async () => {
    const folder = join(await emptyFolder(), 'my-app');
    await mkdir(join(folder, 'src'), { recursive: true });
    await writeFile(join(folder, 'README.md'), 'mine');
    await writeFile(join(folder, 'src/main.ts'), 'mine');
    // A file where a folder must be, and a link that leads nowhere.
    await writeFile(join(folder, 'page'), 'mine');
    await symlink('nowhere', join(folder, 'Dockerfile'));
    const before = await filesBelow(folder);

    expect(await vaquero(join(folder, '..'), ['new', folder])).toEqual({
      code: 1,
      out: '',
      err:
        `error: Nothing was written to ${folder}: these are in the way, and nothing is ever overwritten. Move them, or choose another name:\n` +
        '  Dockerfile\n  README.md\n  page\n  src/main.ts\n',
    });
    expect(await filesBelow(folder)).toEqual(before);
    expect(await readFile(join(folder, 'README.md'), 'utf8')).toBe('mine');
  });

  test('a file in place of its folder is in the way', async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, 'my-app'), 'mine');
    const { code, err } = await vaquero(folder, ['new', 'my-app']);
    expect(code).toBe(1);
    expect(err).toMatch(/choose another name:\n {2}\.\n$/);
  });

  test('other files stay beside it', async () => {
    const folder = await emptyFolder();
    await mkdir(join(folder, 'my-app/.git'), { recursive: true });
    await writeFile(join(folder, 'my-app/.git/HEAD'), 'mine');
    await writeFile(join(folder, 'my-app/LICENSE'), 'mine');
    expect(await vaquero(folder, ['new', 'my-app'])).toMatchObject({ code: 0 });
    expect(await filesBelow(join(folder, 'my-app'))).toEqual(['.git/HEAD', 'LICENSE', ...FILES].sort());
  });
});

describe('new refuses', () => {
  test.each([
    [['new', 'My-App'], /^error: The project's name "My-App" cannot be used: .*\n$/],
    [['new', 'my-app', '--handler', '1st'], /^error: The handler's name "1st" cannot be used: .*\n$/],
    [['new', 'my-app', '--path', 'chat'], /^error: The path "chat" cannot be used: .*\n$/],
    [
      ['new', 'my-app', '--bus', 'kafka'],
      /^error: option '--bus <broker>' argument 'kafka' is invalid\. Allowed choices are nats, redis\./,
    ],
    [['new'], /^error: missing required argument 'directory'\n/],
  ])('%j as usage, and writes nothing', async (words, message) => {
    const folder = await emptyFolder();
    const { code, out, err } = await vaquero(folder, words);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(await filesBelow(folder)).toEqual([]);
  });
});
