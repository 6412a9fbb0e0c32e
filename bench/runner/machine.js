// The machine that the numbers are from, and how processes are pinned to its cores.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';

const SERVER_CORE = 0;
const LOAD_CORE = 1;

const require = createRequire(import.meta.url);

/** Whether servers and load processes can each have a core of their own. */
export const pinned =
  availableParallelism() >= 2 &&
  [SERVER_CORE, LOAD_CORE].every((core) => spawnSync('taskset', ['-c', String(core), 'true']).status === 0);

/** The command that runs a program on the core of its role, with as many files as the system lets it open. */
export function command(role, program) {
  const onCore = pinned ? ['taskset', '-c', String(role === 'server' ? SERVER_CORE : LOAD_CORE), ...program] : program;
  if (process.platform === 'win32') return onCore;
  return ['sh', '-c', 'ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"; exec "$@"', 'sh', ...onCore];
}

/** How many files a process can have open, or Infinity where that is not limited. */
export function openFiles() {
  if (process.platform === 'win32') return Infinity;
  const shell = spawnSync('sh', ['-c', 'ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"; ulimit -n'], {
    encoding: 'utf8',
  });
  return Number(shell.stdout) || Infinity;
}

export function environment() {
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    system: `${type()} ${release()} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
    pinned,
  };
}

/** The version of an installed package, read from its manifest: not every package exports it. */
export function versionOf(name) {
  const folder = require.resolve.paths(name).map((path) => `${path}/${name}/package.json`);
  for (const manifest of folder) {
    try {
      return JSON.parse(readFileSync(manifest, 'utf8')).version;
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  return 'unknown';
}
