import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '../..');

/** Runs a program that imports `vaquero`, as it is built, in a process of its own, and answers what it said. Rejects unless it ends with 0. */
export async function runProgram(source: string): Promise<{ stdout: string; stderr: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'vaquero-program-'));
  try {
    await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
    const program = join(directory, 'program.mjs');
    await writeFile(program, source.replace("from 'vaquero'", `from '${join(ROOT, 'dist/index.js')}'`));
    return await promisify(execFile)(process.execPath, [program], { timeout: 60_000, killSignal: 'SIGKILL' });
  } finally {
    await rm(directory, { recursive: true });
  }
}
