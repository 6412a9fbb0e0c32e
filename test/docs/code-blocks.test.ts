import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { describeWithNats, NatsServer } from '../support/nats.js';
import { describeWithRedis, RedisServer } from '../support/redis.js';
import { type Block, blocksOf, PAGES, ROOT } from './harness/pages.js';
import { Program } from './harness/program.js';
import { build, fileOf, folderOf, isProject, PROGRAMS } from './harness/project.js';
import { Terminals } from './harness/terminal.js';

/**
 * Every block of code in the pages: TypeScript is compiled strictly against the package, programs and commands are run, what serves is spoken
 * to as the page shows, and JSON is read. How blocks are written is in CONTRIBUTING.md.
 */

const pages = new Map(PAGES.map((page): [string, readonly Block[]] => [page, blocksOf(page)]));
const all = [...pages.values()].flat();

/** A block that is run, and the transcripts of what is said to it. */
interface Run {
  readonly block: Block;
  readonly transcripts: readonly string[];
}

interface Broker {
  readonly url: string;
  kill(): Promise<void>;
}

interface Provided {
  readonly variable: string;
  readonly describe: typeof describe.skip;
  start(): Promise<Broker>;
}

/** Milliseconds that a block may take: some build a project or start another test runner. */
const PATIENCE = 60_000;

beforeAll(() => build(pages), PATIENCE);

const started: Program[] = [];
afterEach(() => {
  for (const program of started.splice(0)) program.kill();
});

/** Brokers of the tests' own, by the variable in which programs look for their address. */
const BROKERS: readonly Provided[] = [
  { variable: 'REDIS_URL', describe: describeWithRedis, start: () => RedisServer.start() },
  { variable: 'NATS_URL', describe: describeWithNats, start: () => NatsServer.start() },
];

for (const [page, blocks] of pages) {
  const runs = runsOf(blocks).map((run): [number, Run] => [run.block.line, run]);
  const brokers = BROKERS.filter(({ variable }) => blocks.some(({ code }) => code.includes(variable)));
  if (runs.length === 0) continue;
  // Skipped, loudly, where the binary of one is missing.
  const describePage = brokers.map((broker) => broker.describe).find((one) => one !== describe) ?? describe;
  describePage(page, () => {
    for (const broker of brokers) provide(broker);
    test.each(runs)('line %s', (_, run) => perform(run, folderOf(page, blocks)), PATIENCE);
  });
}

test.each(all.filter((block) => block.language === 'json'))('$page:$line is JSON', ({ code }) => {
  expect(() => JSON.parse(code)).not.toThrow();
});

test('blocks are in languages that are run here, or say why they are not run', () => {
  const known = [...PROGRAMS, 'sh', 'json', 'console'];
  const unknown = all.filter((block) => !known.includes(block.language) && block.notRun === undefined);
  expect(unknown.map(({ page, line, language }) => `${page}:${line} is "${language}"`)).toEqual([]);
});

test('a block that is not run says why', () => {
  const reasons = all.flatMap(({ page, notRun }) => (notRun === undefined ? [] : [`${page}: ${notRun}`]));
  expect([...new Set(reasons)].sort()).toMatchInlineSnapshot(`
[
  "CONTRIBUTING.md: it is this repository's own build and test",
  "README.md: installs from the registry",
  "README.md: it is this repository's own build and test",
  "docs/cli.md: installs from the registry, as a test of the scaffold does",
  "docs/getting-started.md: installs from the registry",
  "docs/guide/deploying.md: wants Docker",
  "docs/guide/deploying.md: wants nginx",
  "docs/performance.md: measures for minutes",
  "docs/reliability.md: takes minutes; the last of them is run by test/reliability",
  "docs/scaling.md: measures for minutes",
  "docs/setup.md: installs from the registry",
  "docs/setup.md: wants unplugin-swc and Vite 7",
  "docs/setup.md: watches until it is stopped",
]
`);
});

/** Why commands of other projects, which readers make, are not run. */
const ELSEWHERE = 'installs from the registry';

test('commands of this repository that a page names are there', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const named = all
    .filter(({ notRun = ELSEWHERE }) => !notRun.startsWith(ELSEWHERE))
    .flatMap(({ page, code }) =>
      [...code.matchAll(/npm run ([\w:-]+)(?! --prefix)(?=\s|$)/g)].map(([, script]) => [page, script]),
    );
  expect(named.filter(([, script]) => scripts[script as string] === undefined)).toEqual([]);
});

/** What of a page is run: its commands, and its programs but those that others import, and those of projects, which commands start. */
function runsOf(blocks: readonly Block[]): Run[] {
  const imported = new Set(
    blocks.flatMap(({ code }) => [...code.matchAll(/from '\.\/(.+)\.js'/g)].map(([, name]) => `${name}.ts`)),
  );
  const runs: { block: Block; transcripts: string[] }[] = [];
  for (const block of blocks) {
    if (block.notRun !== undefined) continue;
    const program = PROGRAMS.includes(block.language) && !isProject(blocks) && !imported.has(fileOf(block));
    if (program || block.language === 'sh') runs.push({ block, transcripts: [] });
    else if (block.language === 'console') {
      const last = runs.at(-1);
      if (last === undefined) throw new Error(`${block.page}:${block.line} speaks to a program, and there is none before it`);
      last.transcripts.push(block.code);
    }
  }
  return runs;
}

/** Has a broker run while a page's programs do. */
function provide({ variable, start: startBroker }: Provided): void {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker();
    process.env[variable] = broker.url;
  });
  afterAll(async () => {
    delete process.env[variable];
    await broker.kill();
  });
}

/** Runs a block to its end: what listens is spoken to, and told to end; rejects with what it said unless it ends well. */
async function perform({ block, transcripts }: Run, folder: string): Promise<void> {
  const program = await start(block, folder);
  const serves = await program.listens();
  if (serves) {
    if (transcripts.length === 0) throw new Error('It serves, and the page does not show how to speak to it.');
    const terminals = new Terminals(program);
    for (const transcript of transcripts) await terminals.perform(transcript);
    await terminals.close();
    void program.stop();
  }
  const { code, signal, output } = await program.ended;
  if (!serves && transcripts.length > 0) throw new Error(`Nothing listens:\n${output}`);
  if (code !== 0 && signal !== 'SIGTERM') throw new Error(`It ended with ${signal ?? code}:\n${output}`);
  if (isTest(block)) expect(output).toMatch(/# pass [1-9]/);
}

async function start(block: Block, folder: string): Promise<Program> {
  const file = fileOf(block).replace(/\.ts$/, '.js');
  const program =
    block.language === 'sh'
      ? await Program.start('bash', ['-euc', block.code], folder)
      : await Program.start(process.execPath, [...(isTest(block) ? ['--test', '--test-reporter=tap'] : []), file], folder);
  started.push(program);
  return program;
}

function isTest(block: Block): boolean {
  return fileOf(block).endsWith('.test.ts');
}
