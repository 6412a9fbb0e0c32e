import { relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { UsageFailure } from '../failure.js';
import type { Io } from '../io.js';
import { BUSES, type NewOptions, newProject } from '../new.js';

const NOTES = `
Nothing is overwritten. The folder may have other files in it, as a fresh clone
has. If a file that would be written is there already, all that are in the way
are listed, and nothing is written.

Examples:
  vaquero new my-app
  vaquero new my-app --bus redis
  vaquero new my-app --handler lobby --path /rooms/:room`;

/** Adds `vaquero new`. */
export function newCommand(program: Command, io: Io): void {
  program
    .command('new')
    .summary('Start a project')
    .description('Writes a project: a handler, a service, a page, and tests.')
    .argument('<directory>', 'where to; the last part is the name of the project')
    .option('--handler <name>', 'the name of the handler', 'chat')
    .option('--path <path>', 'the path of the handler, with :name for a parameter (default: "/" and its name)')
    .addOption(new Option('--bus <broker>', 'run on many nodes, joined by a broker').choices(Object.keys(BUSES)))
    .addHelpText('after', NOTES)
    .action(async (directory: string, options: NewOptions) => {
      if (directory === '')
        throw new UsageFailure('The directory has no name. For the folder that you are in, write a dot: vaquero new .');
      const files = await newProject(resolve(io.cwd, directory), options);
      io.out(welcome(io.cwd, directory, files.size, options.bus));
    });
}

function welcome(cwd: string, directory: string, count: number, bus: string | undefined): string {
  const folder = relative(cwd, resolve(cwd, directory));
  const steps = [
    ...(folder === '' ? [] : [`cd ${folder}`]),
    'npm install',
    ...(bus === undefined ? [] : [`docker compose up -d ${bus}`]),
    'npm run dev',
  ];
  return `Wrote ${count} files to ${folder || 'this folder'}. Go on with:

${steps.map((step) => `  ${step}\n`).join('')}
Then open http://localhost:8080. README.md says the rest.
`;
}
