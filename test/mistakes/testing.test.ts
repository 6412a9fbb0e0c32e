import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Bus, OnInit, WebSocketHandler } from 'vaquero';
import { mount } from 'vaquero/testing';
import { failure, mistake } from './mistake.js';
import { Project } from './project.js';

/** Mistakes in tests, and what test runners make of them, each in a process of its own with the built package. */

const SECONDS = 1_000;

let project: Project;

beforeAll(async () => {
  project = await Project.create();
});

afterAll(() => project?.remove());

@WebSocketHandler('/news')
class News {
  @OnInit() greet() {
    return 'welcome';
  }
}

mistake('a frame that never comes', async () => {
  const bus = new Bus();
  const client = await mount(News, { bus, timeout: 20 });
  await client.next();
  bus.publish('news', 'rain');
  return failure(() => client.next());
});

const NEWS = `
import { OnInit, WebSocketHandler } from 'vaquero';
import { mount } from 'vaquero/testing';

@WebSocketHandler('/news')
class News {
  @OnInit() greet() {
    return 'welcome';
  }
}
`;

/** The first test has a time limit of the runner's, which is over before that of the wait; who only listens holds nothing up. */
const NEWS_TEST = `${NEWS}
const soon = SOON;
test('limited', ...soon(async () => {
  const client = await mount(News);
  void client.closed.then(() => console.log('closed'));
  void client.next();
  await client.next();
  await client.next();
}));

test('news come', async () => {
  const client = await mount(News);
  await client.next();
  await client.next();
});

test('goes on', async () => {
  await (await mount(News)).next();
});
`;

const page = readFileSync(join(__dirname, '../../docs/troubleshooting.md'), 'utf8');
const [TSCONFIG, SWCRC, JEST, VITEST] = [...page.matchAll(/^```json\n([\s\S]+?)^```$/gm)].map(([, json]) =>
  JSON.parse(json as string),
);

/** How a runner is given a time limit, and how it is started. */
const RUNNERS = {
  'node:test': {
    soon: '(run) => [{ timeout: 500 }, run]',
    start: async (source: string) => {
      await project.tsc(TSCONFIG.compilerOptions, { 'news.test.ts': `import { test } from 'node:test';${source}` });
      return project.run('--test', 'out/news.test.js');
    },
    limited: 'test timed out after 500ms',
  },
  jest: {
    soon: '(run) => [run, 500]',
    start: async (source: string) => {
      await project.write({
        'news.test.ts': source,
        '.swcrc': JSON.stringify({ jsc: SWCRC.jsc }),
        'jest.config.json': JSON.stringify({ ...JEST, testMatch: ['**/news.test.ts'] }),
      });
      return project.run('node_modules/jest/bin/jest.js', '--config', 'jest.config.json');
    },
    limited: 'Exceeded timeout of 500 ms',
  },
  vitest: {
    soon: '(run) => [run, 500]',
    start: async (source: string) => {
      await project.write({
        'vitest/news.test.ts': `import { test } from 'vitest';${source}`,
        'vitest/tsconfig.json': JSON.stringify({ compilerOptions: TSCONFIG.compilerOptions, include: ['.'] }),
      });
      return project.run('node_modules/vitest/vitest.mjs', 'run', 'vitest/');
    },
    limited: 'Test timed out in 500ms',
  },
} as const;

test.each(Object.entries(RUNNERS))(
  'the run of %s ends where a frame never comes, and says which test waits for it',
  async (_name, { soon, start, limited }) => {
    const said = await start(NEWS_TEST.replace('SOON', soon));
    expect(said).toContain(limited);
    expect(said).toContain('News at /news: the next frame did not come in 3000 ms. Frames received: 1 (text "welcome").');
    expect(said).toMatch(/news come/);
    expect(said).toMatch(/cancelled 1|2 failed/);
    expect(said).toMatch(/pass 1|1 passed/);
    expect(said).not.toMatch(/unhandled|did not exit/i);
  },
  60 * SECONDS,
);

mistake('vitest, and decorators in a test outside "include"', async () => {
  await project.write({
    'tsconfig.json': JSON.stringify({ ...TSCONFIG, include: ['src'] }),
    'outside/news.test.ts': `import { test } from 'vitest';${NEWS}test('mounts', () => mount(News));`,
  });
  const run = () => project.run('node_modules/vitest/vitest.mjs', 'run', 'outside/');
  const said = await run();
  await project.write({ 'outside/tsconfig.json': JSON.stringify(VITEST) });
  expect(await run()).toContain('1 passed');
  return said;
});
