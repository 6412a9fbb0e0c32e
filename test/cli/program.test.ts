import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { run } from '../package/consumer.js';
import { type Outcome, vaquero } from './command-line.js';

/** What the command line has of a command line: help, colours, exit codes. */

const HERE = process.cwd();
const { version } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8')) as { version: string };

describe('vaquero', () => {
  test('--help names the commands', async () => {
    expect(await vaquero(HERE, ['--help'])).toEqual({
      code: 0,
      err: '',
      out: `Usage: vaquero [options] [command]

Starts projects with WebSocket handlers, adds to them, and shows what they
serve.

Options:
  -v, --version                 Show the version
  -h, --help                    Show help

Commands:
  new [options] <directory>     Start a project
  add                           Add a handler or a service
  routes [options] [directory]  Show all handlers
  help [command]                Show help for a command
`,
    });
  });

  test('new --help names the options, and says what happens to files', async () => {
    expect(await vaquero(HERE, ['new', '--help'])).toEqual({
      code: 0,
      err: '',
      out: `Usage: vaquero new [options] <directory>

Writes a project: a handler, a service, a page, and tests.

Arguments:
  directory         where to; the last part is the name of the project

Options:
  --handler <name>  the name of the handler (default: "chat")
  --path <path>     the path of the handler, with :name for a parameter
                    (default: "/" and its name)
  --bus <broker>    run on many nodes, joined by a broker (choices: "nats",
                    "redis")
  -h, --help        Show help

Nothing is overwritten. The folder may have other files in it, as a fresh clone
has. If a file that would be written is there already, all that are in the way
are listed, and nothing is written.

Examples:
  vaquero new my-app
  vaquero new my-app --bus redis
  vaquero new my-app --handler lobby --path /rooms/:room
`,
    });
  });

  test('help routes says the order', async () => {
    const { code, out } = await vaquero(HERE, ['help', 'routes']);
    expect(code).toBe(0);
    expect(out).toContain('In the order in which a server tries the paths');
  });

  test.each(['--version', '-v'])('%s is the version of the package', async (option) => {
    expect(await vaquero(HERE, [option])).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  test('without a command shows the help, as an error', async () => {
    const { code, out, err } = await vaquero(HERE, []);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^Usage: vaquero /);
  });

  test.each([
    [['ruotes'], "error: unknown command 'ruotes'\n(Did you mean routes?)\nTry --help.\n"],
    [['add', 'handlr', 'chat'], "error: unknown command 'handlr'\n(Did you mean handler?)\nTry --help.\n"],
    [['new', 'x', '--buss', 'nats'], "error: unknown option '--buss'\n(Did you mean --bus?)\nTry --help.\n"],
    [['new', 'x', 'y'], "error: too many arguments for 'new'. Expected 1 argument but got 2.\nTry --help.\n"],
  ])('suggests what was meant by %j', async (words, err) => {
    expect(await vaquero(HERE, words)).toEqual({ code: 2, out: '', err });
  });

  test('has colours where there are colours', async () => {
    expect((await vaquero(HERE, ['--help'], true)).out).toContain('\u001b[1mUsage:\u001b[22m vaquero');
    expect((await vaquero(HERE, ['nothing'], true)).err).toContain('\u001b[31merror:\u001b[39m unknown command');
  });
});

describe('the program', () => {
  const MAIN = join(HERE, 'dist/cli/main.js');

  function main(words: readonly string[], variables: Record<string, string> = {}): Promise<Outcome> {
    const { NO_COLOR, FORCE_COLOR, ...env } = process.env;
    return new Promise((resolve) => {
      execFile(process.execPath, [MAIN, ...words], { env: { ...env, ...variables } }, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code), out, err }),
      );
    });
  }

  test('writes to where it belongs and ends with the code', async () => {
    expect(await main(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
    expect(await main(['nothing'])).toEqual({ code: 2, out: '', err: "error: unknown command 'nothing'\nTry --help.\n" });
    expect(await main(['routes', 'nowhere'])).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^error: Cannot read/),
    });
  });

  test.each([
    [{}, false],
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '0' }, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    [{ NO_COLOR: '1' }, false],
  ])('writes into a pipe with %j in colours: %s', async (variables, colored) => {
    expect((await main(['--help'], variables as Record<string, string>)).out.includes('\u001b[')).toBe(colored);
    expect((await main(['nothing'], variables as Record<string, string>)).err.includes('\u001b[')).toBe(colored);
  });

  test.each([
    ['vaquero', false],
    ['./dist/cli/program.js', true],
  ])('is loaded by import of %s: %s', async (specifier, loaded) => {
    const script = `
      import { createRequire } from 'node:module';
      await import('${specifier}');
      console.log(Object.keys(createRequire('${MAIN}').cache).join('\\n'));
    `;
    const modules = await run(HERE, process.execPath, '--input-type=module', '--eval', script);
    expect(/node_modules.commander/.test(modules)).toBe(loaded);
  });
});
