// Writes what a run measured: JSON and a chart for each workload, and one page with the tables of all that are there.
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WORKLOADS } from '../runner/workloads/index.js';
import { markdown } from './markdown.js';
import { svg } from './svg.js';

export async function writeResult(folder, result, workload) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${result.name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  await writeFile(join(folder, `${result.name}.svg`), svg(result, workload));
}

/** The page takes in results of earlier runs too, so that measuring one workload again does not lose the others. */
export async function writePage(folder) {
  const results = [];
  for (const { name } of WORKLOADS) {
    const file = join(folder, `${name}.json`);
    if (existsSync(file)) results.push(JSON.parse(await readFile(file, 'utf8')));
  }
  await writeFile(join(folder, 'results.md'), markdown(results, WORKLOADS));
}
