import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Failure } from './failure.js';

/** The project that a folder is in: the nearest above it whose `package.json` depends on vaquero. */
export async function projectRoot(from: string): Promise<string> {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (await dependsOnVaquero(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) break;
  }
  throw new Failure(
    `There is no vaquero project here: neither ${resolve(from)} nor a folder above it has a package.json with vaquero among its ` +
      'dependencies. Go to your project, or start one: npx vaquero new my-app',
  );
}

async function dependsOnVaquero(file: string): Promise<boolean> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw new Failure(`Cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
  try {
    const { dependencies, devDependencies } = JSON.parse(content) as Record<string, Record<string, string> | undefined>;
    return dependencies?.vaquero !== undefined || devDependencies?.vaquero !== undefined;
  } catch (error) {
    throw new Failure(`${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}
