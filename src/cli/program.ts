import { styleText } from 'node:util';
import { Command, CommanderError } from 'commander';
import { addCommand } from './commands/add.js';
import { newCommand } from './commands/new.js';
import { routesCommand } from './commands/routes.js';
import { EXIT, failureOf } from './failure.js';
import type { Io } from './io.js';
import { VERSION } from './manifest.js';

/** Runs a command line, which has no name of a program before it, and answers the exit code. */
export async function run(words: readonly string[], io: Io): Promise<number> {
  const program = vaquero(io);
  try {
    await program.parseAsync(words, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    // It has been said already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { message, exitCode } = failureOf(error);
    complain(`error: ${message}\n`, io);
    return exitCode;
  }
}

function vaquero(io: Io): Command {
  const program = new Command('vaquero')
    .description('Starts projects with WebSocket handlers, adds to them, and shows what they serve.')
    .version(VERSION, '-v, --version', 'Show the version')
    .helpOption('-h, --help', 'Show help')
    .helpCommand('help [command]', 'Show help for a command')
    .exitOverride()
    .showHelpAfterError('Try --help.')
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      outputError: (text) => complain(text, io),
      getOutHasColors: () => io.outHasColors,
      getErrHasColors: () => io.errHasColors,
    })
    .configureHelp({ styleTitle: (title) => styleText('bold', title, { validateStream: false }) });
  for (const add of [newCommand, addCommand, routesCommand]) add(program, io);
  return program;
}

function complain(text: string, io: Io): void {
  const styled = io.errHasColors ? text.replace(/^error:/, styleText('red', 'error:', { validateStream: false })) : text;
  io.err(styled);
}
