import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathFault, samePaths } from '../core/path.js';
import { Failure } from './failure.js';

const MODULE = /(?<!\.d|\.test|\.spec)\.[cm]?[jt]s$/;

/** Where a line begins with the decorator, as it does in front of a class and does not in a comment. */
const DECORATOR = /^[ \t]*@WebSocketHandler\(\s*(['"`])(.+?)\1/gm;

/** Throws where a handler in a project's sources matches the same paths: a server that had both would not start. */
export async function refuseTaken(root: string, path: string): Promise<void> {
  const sources = join(root, 'src');
  if (!existsSync(sources)) return;
  for (const file of (await readdir(sources, { recursive: true })).sort()) {
    const taken = MODULE.test(file) ? pathsIn(await readFile(join(sources, file), 'utf8')) : [];
    const same = taken.find((one) => pathFault(one) === undefined && samePaths(one, path));
    if (same === undefined) continue;
    throw new Failure(
      `The path "${path}" is taken: ${join('src', file)} has a handler for "${same}", and no server takes two that match the same paths. ` +
        'Choose another with --path.',
    );
  }
}

function pathsIn(source: string): string[] {
  return [...source.matchAll(DECORATOR)].map(([, , path]) => path as string);
}
