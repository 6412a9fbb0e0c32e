import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { emptyFolder, type Outcome } from './command-line.js';

/** `vaquero routes`, of the built package, in a process of its own: what it imports are modules as a user's are. */

const ROOT = process.cwd();

let project: string;

beforeEach(async () => {
  project = await emptyFolder();
  await write({ 'package.json': JSON.stringify({ type: 'module', dependencies: { vaquero: '^0.1.0' } }) });
  await mkdir(join(project, 'node_modules'));
  await symlink(ROOT, join(project, 'node_modules/vaquero'), 'dir');
});

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), content);
  }
}

function routes(...words: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'routes', ...words], { cwd: project }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

/** What a compiler makes of decorators. */
const HANDLERS = {
  'dist/handlers/chat.js': `
    import { latest, OnInfo, OnInit, OnTerminate, OnText, OnUpgrade, WebSocketHandler } from 'vaquero';
    export class Joined {}
    export class ChatHandler {
      admit() {} greet() {} say() {} joined() {} left() {} all() {} bye() {}
    }
    const on = (decorator, method) => decorator(ChatHandler.prototype, method, Object.getOwnPropertyDescriptor(ChatHandler.prototype, method));
    on(OnTerminate(), 'bye');
    on(OnInfo(Joined), 'joined');
    on(OnInfo('left'), 'left');
    on(OnInfo(function isLoud() {}), 'all');
    on(OnText(), 'say');
    on(OnInit(), 'greet');
    on(OnUpgrade(), 'admit');
    WebSocketHandler('/chat/:room', {
      idleTimeout: Infinity,
      heartbeat: true,
      compress: true,
      deflateOptions: { level: 9 },
      origins: ['https://a.example', /\\.b\\.example$/],
      mailbox: { limit: 100, policy: 'drop-oldest' },
      backpressure: { policy: latest(({ symbol }) => symbol) },
      requestFilter: function keep() { return {}; },
    })(ChatHandler);
  `,
  'dist/handlers/board.js': `
    import { WebSocketHandler } from 'vaquero';
    export class BoardHandler {}
    WebSocketHandler('/**')(BoardHandler);
    export class LobbyHandler {}
    WebSocketHandler('/chat/lobby')(LobbyHandler);
    // What an application opens does not keep the command.
    setInterval(() => {}, 1000);
  `,
};

describe('routes', () => {
  test('prints a table, in the order in which a server tries the paths', async () => {
    await write(HANDLERS);
    expect(await routes()).toEqual({
      code: 0,
      err: '',
      out: [
        'PATH         CLASS         CALLBACKS                       INFOS                   OPTIONS',
        '/chat/lobby  LobbyHandler  -                               -                       -',
        "/chat/:room  ChatHandler   upgrade, init, text, terminate  Joined, 'left', isLoud  idleTimeout=Infinity, compress=true, " +
          'deflateOptions={"level":9}, origins=["https://a.example","/\\\\.b\\\\.example$/"], mailbox.limit=100, ' +
          'mailbox.policy=drop-oldest, backpressure.policy=latest, requestFilter=function keep',
        '/**          BoardHandler  -                               -                       -',
        '',
      ].join('\n'),
    });
  });

  test('prints JSON', async () => {
    await write(HANDLERS);
    const { code, out, err } = await routes('--json');
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(`${JSON.stringify(JSON.parse(out), null, 2)}\n`);
    expect(JSON.parse(out)).toEqual([
      { path: '/chat/lobby', class: 'LobbyHandler', callbacks: {}, infos: [], options: {} },
      {
        path: '/chat/:room',
        class: 'ChatHandler',
        callbacks: { upgrade: 'admit', init: 'greet', text: 'say', terminate: 'bye' },
        infos: [
          { takes: 'Joined', method: 'joined' },
          { takes: "'left'", method: 'left' },
          { takes: 'isLoud', method: 'all' },
        ],
        options: {
          idleTimeout: 'Infinity',
          compress: true,
          deflateOptions: { level: 9 },
          origins: ['https://a.example', '/\\.b\\.example$/'],
          'mailbox.limit': 100,
          'mailbox.policy': 'drop-oldest',
          'backpressure.policy': 'latest',
          requestFilter: 'function keep',
        },
      },
      { path: '/**', class: 'BoardHandler', callbacks: {}, infos: [], options: {} },
    ]);
    expect(Object.keys(JSON.parse(out)[0])).toEqual(['path', 'class', 'callbacks', 'infos', 'options']);
  });

  test('prints nothing but JSON, whatever the modules say when they are imported: that goes to standard error', async () => {
    await write({ 'dist/handlers/loud.js': "console.log('connecting'); process.stdout.write('connected\\n');" });
    expect(await routes('--json')).toEqual({ code: 0, out: '[]\n', err: 'connecting\nconnected\n' });
  });

  test('looks where it is told to', async () => {
    await write({ 'out/lobby.js': HANDLERS['dist/handlers/board.js'] });
    const { code, out } = await routes('out');
    expect(code).toBe(0);
    expect(out).toMatch(/^PATH .*\n\/chat\/lobby .*\n\/\*\* .*\n$/);
  });

  test('says so where there are none', async () => {
    await mkdir(join(project, 'dist/handlers'), { recursive: true });
    expect(await routes()).toEqual({ code: 0, out: 'There are no handlers.\n', err: '' });
    expect(await routes('--json')).toEqual({ code: 0, out: '[]\n', err: '' });
  });
});

describe('routes fails', () => {
  test('before the first build', async () => {
    expect(await routes()).toEqual({
      code: 1,
      out: '',
      err: `error: There is no ${join(project, 'dist/handlers')}. Build first (npm run build), or name the folder of built handlers: vaquero routes dir\n`,
    });
  });

  test('with all faults of the handlers', async () => {
    await write({
      'dist/handlers/bad.js': `
        import { WebSocketHandler } from 'vaquero';
        export class One { constructor(board) {} }
        WebSocketHandler('one', { idleTimeout: -1 })(One);
      `,
    });
    const { code, out, err } = await routes();
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^error: The handlers have 3 faults:\n/);
    expect(err).toContain("One: @WebSocketHandler: the path must be a string that starts with '/'");
    expect(err).toContain('One: @WebSocketHandler: option idleTimeout must be ');
    expect(err).toContain('The compiler emitted no types for the parameters of One.constructor.');
    expect(err).toMatch(/\(VAQUERO_INVALID_HANDLER\)\n$/);
  });

  test('with two handlers of one path', async () => {
    await write({
      'dist/handlers/twins.js': `
        import { WebSocketHandler } from 'vaquero';
        export class One {}
        WebSocketHandler('/:a')(One);
        export class Two {}
        WebSocketHandler('/:b')(Two);
      `,
    });
    const { code, out, err } = await routes('--json');
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^error: .* match the same paths\. .*\(VAQUERO_DUPLICATE_PATH\)\n$/);
  });

  test('with a module that cannot be imported', async () => {
    await write({ 'dist/handlers/bad.js': "throw new Error('not today');" });
    const { code, err } = await routes();
    expect(code).toBe(1);
    expect(err).toMatch(/^error: Cannot import .*bad\.js: not today \(VAQUERO_DISCOVER_FAILED\)\n$/);
  });
});
