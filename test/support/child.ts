import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterAll } from '@jest/globals';

/** Servers of other makers, each in a process of its own. */

const children = new Set<ChildProcess>();

// Whatever a test came to, none outlives its file.
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** A port below those that the system gives to who asks for any, and connects from: nobody gets it while its server is away. It may be taken. */
export function somePort(): number {
  return 20_000 + Math.floor(Math.random() * 12_000);
}

/** Starts a program that says on one of its outputs how it is. */
export function launch(program: string, parameters: readonly string[], output: 'stdout' | 'stderr'): Launched {
  const stdio = (['stdout', 'stderr'] as const).map((each) => (each === output ? 'pipe' : 'ignore'));
  const child = spawn(program, parameters, { stdio: ['ignore', ...stdio] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return new Launched(child, child[output] as Readable);
}

/** One that was started. */
export class Launched {
  constructor(
    private readonly child: ChildProcess,
    private readonly output: Readable,
  ) {}

  /** True as soon as a line says that it is ready, false if its port is taken; rejects with all that it said if it ends for another reason. */
  async ready(pattern: RegExp, hear: (line: string) => void = () => undefined): Promise<boolean> {
    const said: string[] = [];
    for await (const line of createInterface({ input: this.output })) {
      said.push(line);
      hear(line);
      if (!pattern.test(line)) continue;
      this.output.resume();
      return true;
    }
    if (said.some((line) => /address already in use/i.test(line))) return false;
    throw new Error(`${this.child.spawnfile} ended:\n${said.join('\n')}`);
  }

  /** Ends it without a word, as a machine that loses its power. Resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }

  /** It keeps its connections and answers nothing, from the moment of the return. */
  freeze(): void {
    this.child.kill('SIGSTOP');
    while (!isStopped(this.child.pid as number)) {}
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }
}

/** Whether all threads of a process stand still: a signal takes its time to reach them. */
function isStopped(pid: number): boolean {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return true; // a system that does not tell
  return readdirSync(tasks).every((task) => / T /.test(readFileSync(`${tasks}/${task}/stat`, 'latin1')));
}
