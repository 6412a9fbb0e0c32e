import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { ROOT, run } from '../package/consumer.js';
import { describeWithBrowser, openBrowser } from '../support/chromium.js';
import { describeWithNats, NatsServer } from '../support/nats.js';
import { RawClient } from '../support/raw-client.js';
import { describeWithRedis, RedisServer } from '../support/redis.js';
import { type Program, type Project, Workshop } from './project.js';

/** What `npx vaquero new` writes: installed, built, tested, started and spoken to. `dist` must be built, as `npm test` does first. */

// For each test: some install and build a project.
jest.setTimeout(180_000);

/** The format of this project, and what its linter minds: a promise that nobody waits for too, such as that of a subscription. */
const LINT = {
  formatter: { indentStyle: 'space', lineWidth: 130 },
  javascript: { parser: { unsafeParameterDecoratorsEnabled: true }, formatter: { quoteStyle: 'single' } },
  linter: { rules: { style: { useImportType: 'off' }, nursery: { noFloatingPromises: 'error' } } },
  // A test's client says something, and waits for the answer.
  overrides: [{ includes: ['**/*.test.ts'], linter: { rules: { nursery: { noFloatingPromises: 'off' } } } }],
};

let workshop: Workshop;

beforeAll(async () => {
  workshop = await Workshop.create();
});

afterAll(() => workshop?.remove());

/** What a client is shown when it posts a text. */
async function posted(client: RawClient, text: string): Promise<unknown> {
  client.text(text);
  return JSON.parse(await client.nextText());
}

const post = (text: string) => ({ text, at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) });

describe('a new project', () => {
  let project: Project;

  beforeAll(async () => {
    project = await workshop.start('my-app');
  });

  test('builds, and passes its tests', async () => {
    const said = await project.run('npm', 'test');
    expect(said).toMatch(/^\S+ pass 10$/m);
    expect(said).toMatch(/^\S+ fail 0$/m);
  });

  test('has nothing that the linter minds', async () => {
    const config = join(workshop.directory, 'lint');
    await mkdir(config);
    await writeFile(join(config, 'biome.json'), JSON.stringify(LINT));
    const biome = join(ROOT, 'node_modules/.bin/biome');
    // By a relative path: given an absolute one, it does not follow types.
    await run(project.directory, biome, 'check', '--config-path=../lint', '--error-on-warnings', 'src', 'page', 'dev.js');
  });

  test('serves its page and its sockets on one port', async () => {
    const program = project.launch({}, 'npm', 'start');
    const url = await program.listening();
    const page = await fetch(url);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('<h1>my-app</h1>');
    for (const file of ['app.js', 'style.css', 'favicon.svg']) expect((await fetch(`${url}/${file}`)).status).toBe(200);

    const [ann, bob] = [await RawClient.open(url, '/chat'), await RawClient.open(url, '/chat')];
    expect(await posted(ann, ' Howdy ')).toEqual(post('Howdy'));
    expect(JSON.parse(await bob.nextText())).toEqual(post('Howdy'));
    await program.stop();
  });

  test('says goodbye to its clients on SIGTERM, and ends with 0', async () => {
    const program = project.launch({}, process.execPath, 'dist/main.js');
    const client = await RawClient.open(await program.listening(), '/chat');
    const code = program.stop();
    expect(await client.closed).toMatchObject({ code: 1012 });
    expect(await code).toBe(0);
  });

  test('says why it cannot have a port, and ends with 1', async () => {
    const server = createServer().listen(0);
    await once(server, 'listening');
    const taken = String((server.address() as AddressInfo).port);
    const advice = 'as in PORT=8081 npm start.';
    for (const [port, reason] of [
      [taken, 'something listens there already. Stop it, or choose another port'],
      ['65536', 'a port is a number from 0 to 65535, and 0 finds a free one. Choose another port'],
      ['web', 'a port is a number from 0 to 65535, and 0 finds a free one. Choose another port'],
    ]) {
      const program = project.launch({ PORT: port as string }, process.execPath, 'dist/main.js');
      await expect(program.listening()).rejects.toThrow(`ended with 1:\nCannot listen on port ${port}: ${reason}, ${advice}\n`);
    }
    server.close();
  });

  test('takes a handler and a service more, and serves them', async () => {
    await project.run('npx', 'vaquero', 'add', 'handler', 'games', '--path', '/games/:game/:seat');
    await project.run('npx', 'vaquero', 'add', 'handler', 'PriceBoard');
    await project.run('npx', 'vaquero', 'add', 'service', 'prices');
    expect(await project.run('npm', 'test')).toMatch(/^\S+ pass 13$/m);

    const program = project.launch({}, process.execPath, 'dist/main.js');
    const url = await program.listening();
    const games = await RawClient.open(url, '/games/poker/3');
    expect(await games.nextText()).toBe('Welcome to poker/3');
    const board = await RawClient.open(url, '/price-board');
    expect(await board.nextText()).toBe('Welcome to price-board');
    board.text('Howdy');
    expect(await board.nextText()).toBe('Howdy');
    await program.stop();
  });

  test('shows its routes', async () => {
    expect(await project.run('npx', 'vaquero', 'routes')).toBe(
      [
        'PATH                CLASS              CALLBACKS   INFOS   OPTIONS',
        '/chat               ChatHandler        init, text  Posted  maxFrameSize=4096',
        '/games/:game/:seat  GamesHandler       init, text  -       -',
        '/price-board        PriceBoardHandler  init, text  -       -',
        '',
      ].join('\n'),
    );
  });

  describe('with npm run dev', () => {
    let program: Program;

    beforeAll(() => {
      program = project.launch({}, 'npm', 'run', 'dev');
    });

    /**
     * Speaks to the server, and to the next, until the answer is the right one: as files change one after another, one change may restart it more than once, and one
     * that is there may be as it was, half changed or going.
     */
    async function answers(path: string, text: string, right: (answer: string) => void): Promise<void> {
      for (;;) {
        const url = await program.listening();
        try {
          const client = await RawClient.open(url, path);
          client.text(text);
          return right(await client.nextText());
        } catch (error) {
          process.stderr.write(`not yet: ${(error as Error).message}\n`);
        }
      }
    }

    const isPosted = (text: string) => (answer: string) => expect(JSON.parse(answer)).toEqual(post(text));

    test('starts', async () => {
      await answers('/chat', 'Howdy', isPosted('Howdy'));
    });

    test('compiles and restarts when a file changes', async () => {
      await project.edit('src/services/board.ts', (content) =>
        content.replace('new Posted(trimmed', 'new Posted(trimmed.toUpperCase()'),
      );
      await answers('/chat', 'Howdy', isPosted('HOWDY'));
    });

    test('sees what is written into a file that was replaced before', async () => {
      const board = 'src/services/board.ts';
      await project.replace(board, (content) => content.replace('trimmed.toUpperCase()', "trimmed.concat('!')"));
      await answers('/chat', 'Howdy', isPosted('Howdy!'));
      await project.edit(board, (content) => content.replace("trimmed.concat('!')", 'trimmed.toLowerCase()'));
      await answers('/chat', 'Howdy', isPosted('howdy'));
    });

    test('serves a handler that is added', async () => {
      await project.run('npx', 'vaquero', 'add', 'handler', 'corral');
      await answers('/corral', 'Howdy', (answer) => expect(answer).toBe('Welcome to corral'));
    });

    test('ends when it is told to', async () => {
      await program.stop();
    });
  });

  describeWithBrowser('in Chromium', () => {
    test('what is written in one window is shown in all', async () => {
      const program = project.launch({}, process.execPath, 'dist/main.js');
      const { browser, close } = await openBrowser();
      const faults: string[] = [];
      const open = async (url: string): Promise<Page> => {
        const page = await browser.newPage();
        page.on('pageerror', (error) => faults.push(error.message));
        page.on('console', (message) => faults.push(message.text()));
        await page.goto(url);
        await page.getByText('Connected', { exact: true }).waitFor();
        return page;
      };
      try {
        const url = await program.listening();
        const [ann, bob] = [await open(url), await open(url)];
        await bob.getByText('Nothing here yet.').waitFor();
        await ann.getByLabel('Message').fill('Howdy <b>partner</b>');
        await ann.keyboard.press('Enter');
        for (const page of [ann, bob]) await page.getByText(/^howdy <b>partner<\/b>$/i).waitFor();
        await bob.getByText('Nothing here yet.').waitFor({ state: 'hidden' });
        expect(await ann.getByLabel('Message').inputValue()).toBe('');
      } finally {
        await close();
        await program.stop();
      }
      expect(faults).toEqual([]);
    });
  });
});

describe('a new project with a handler and a path of its own', () => {
  let project: Project;

  beforeAll(async () => {
    project = await workshop.start('saloon', '--handler', 'table-talk', '--path', '/houses/:house/tables/:table');
  });

  test('builds, passes its tests, and keeps rooms apart', async () => {
    await project.run('npm', 'test');
    const program = project.launch({}, process.execPath, 'dist/main.js');
    const url = await program.listening();
    const [ann, bob] = [await RawClient.open(url, '/houses/oak/tables/1'), await RawClient.open(url, '/houses/oak/tables/2')];
    expect(await posted(ann, 'Howdy')).toEqual(post('Howdy'));
    expect(await posted(bob, 'Evening')).toEqual(post('Evening'));
    await program.stop();
  });
});

/**
 * Starts two nodes behind a broker, and posts at each. What Ann posts comes back to her once her node has subscribed at the broker, and not before: what Bob
 * posts after it has to reach her.
 */
async function spansNodes(bus: string, broker: { readonly url: string; kill(): Promise<void> }): Promise<void> {
  try {
    const project = await workshop.start(`on-${bus}`, '--bus', bus);
    await project.run('npm', 'test');
    const variables = { [`${bus.toUpperCase()}_URL`]: broker.url };
    const nodes = [1, 2].map(() => project.launch(variables, process.execPath, 'dist/main.js'));
    const [ann, bob] = await Promise.all(nodes.map(async (node) => RawClient.open(await node.listening(), '/chat')));
    expect(await posted(ann as RawClient, 'Howdy')).toEqual(post('Howdy'));
    (bob as RawClient).text('Evening');
    expect(JSON.parse(await (ann as RawClient).nextText())).toEqual(post('Evening'));
    expect(await Promise.all(nodes.map((node) => node.stop()))).toEqual([0, 0]);
  } finally {
    await broker.kill();
  }
}

describeWithRedis('a new project with --bus redis', () => {
  test('builds, passes its tests, and has what is posted at one node shown at the other', async () => {
    await spansNodes('redis', await RedisServer.start());
  });
});

describeWithNats('a new project with --bus nats', () => {
  test('builds, passes its tests, and has what is posted at one node shown at the other', async () => {
    await spansNodes('nats', await NatsServer.start());
  });
});
