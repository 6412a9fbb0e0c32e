import { styleText } from 'node:util';
import type { Command } from 'commander';
import type { Io } from '../io.js';

const NOTES = `
In the order in which a server tries the paths: part by part, what is written
out goes before parameters, and these before wildcards.

The modules are imported, as a server does; what they print goes to standard
error. What a server sets for all of its handlers, its defaults, is not known
here.`;

/** Adds `vaquero routes`. */
export function routesCommand(program: Command, io: Io): void {
  program
    .command('routes')
    .summary('Show all handlers')
    .description('Prints path, class, callbacks, infos and changed options of the handlers in a folder of built modules.')
    .argument('[directory]', "where they are (default: the project's dist/handlers)")
    .option('--json', 'print JSON')
    .addHelpText('after', NOTES)
    .action(async (directory: string | undefined, { json }: { json?: true }) => {
      // Loaded only here: with it comes the library.
      const { routesOf, routesTable } = await import('../routes.js');
      const routes = await io.aside(() => routesOf(io.cwd, directory));
      if (json) return io.out(`${JSON.stringify(routes, null, 2)}\n`);
      const [head = '', ...rows] = routesTable(routes);
      const title = io.outHasColors ? styleText('bold', head, { validateStream: false }) : head;
      io.out(routes.length === 0 ? 'There are no handlers.\n' : `${[title, ...rows].join('\n')}\n`);
    });
}
