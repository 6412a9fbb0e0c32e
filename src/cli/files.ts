import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from './failure.js';

/** Contents by paths, which are relative and have `/` on all systems. */
export type Files = ReadonlyMap<string, string>;

/**
 * Writes files below a folder, and the folders that they need. None is written if one of them is there already, or if a file is where a
 * folder must be: the failure lists all of these.
 */
export async function writeNew(folder: string, files: Files): Promise<void> {
  const inTheWay = new Set<string>();
  for (const path of files.keys()) {
    const obstacle = await obstacleTo(folder, path);
    if (obstacle !== undefined) inTheWay.add(obstacle);
  }
  if (inTheWay.size > 0) {
    const list = [...inTheWay].sort().map((path) => `\n  ${path}`);
    throw new Failure(
      `Nothing was written to ${folder}: these are in the way, and nothing is ever overwritten. Move them, or choose another name:${list.join('')}`,
    );
  }
  for (const [path, content] of files) await write(join(folder, path), content);
}

/** The first of a path's parts that keeps the file from being written. */
async function obstacleTo(folder: string, path: string): Promise<string | undefined> {
  const parts = path.split('/');
  for (let length = 0; length <= parts.length; length++) {
    const part = parts.slice(0, length).join('/');
    const found = await kindOf(join(folder, part));
    if (found === undefined) return undefined;
    if (found !== 'folder' || length === parts.length) return part === '' ? '.' : part;
  }
  return undefined;
}

async function kindOf(path: string): Promise<'folder' | 'other' | undefined> {
  try {
    const found = await lstat(path);
    return found.isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Failure(`Cannot look at ${path}: ${(error as Error).message}`, { cause: error });
  }
}

async function write(path: string, content: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    // Not over a file that came in the meantime either.
    await writeFile(path, content, { flag: 'wx' });
  } catch (error) {
    throw new Failure(`Cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}
