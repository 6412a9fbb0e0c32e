import { relative } from 'node:path';
import type { Command } from 'commander';
import { type Added, addHandler, addService } from '../add.js';
import type { Io } from '../io.js';

/** Adds `vaquero add`. */
export function addCommand(program: Command, io: Io): void {
  const add = program
    .command('add')
    .summary('Add a handler or a service')
    .description(
      'Writes a handler or a service, and a test for it, into the project that this folder is in. Nothing is overwritten.',
    );

  add
    .command('handler')
    .description('Writes src/handlers/<name>-handler.ts and a test.')
    .argument('<name>', 'words joined by dashes, as in price-board')
    .option('--path <path>', 'the path of the handler, with :name for a parameter (default: "/" and its name)')
    .action(async (name: string, { path }: { path?: string }) => {
      io.out(wrote(io, await addHandler(io.cwd, name, path)));
      io.out(
        'It is served after the next build by a server that discovers src/handlers. One with a list of handlers needs its class added.\n',
      );
    });

  add
    .command('service')
    .description('Writes src/services/<name>.ts and a test.')
    .argument('<name>', 'words joined by dashes, as in price-feed')
    .action(async (name: string) => {
      io.out(wrote(io, await addService(io.cwd, name)));
      io.out('Name its class in the constructor of what needs it.\n');
    });
}

function wrote(io: Io, { root, files }: Added): string {
  return [...files.keys()].map((path) => `Wrote ${relative(io.cwd, `${root}/${path}`)}\n`).join('');
}
