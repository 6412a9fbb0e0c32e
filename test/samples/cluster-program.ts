import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll } from '@jest/globals';

const MAIN = join(__dirname, '../../dist-samples/cluster/main.js');
const running = new Set<ClusterProgram>();

afterAll(async () => {
  await Promise.all([...running].map((program) => program.stop()));
});

/** One node of it. */
export interface NodeProgram {
  readonly pid: number;
  /** Where its page is. */
  readonly url: string;
  /** Where its sockets are. */
  readonly socketUrl: string;
}

/** The cluster, as `node` runs it. */
export class ClusterProgram {
  /** All that it said. */
  readonly said: string[] = [];
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  #waiting: (() => void)[] = [];

  constructor(env: Readonly<Record<string, string>>) {
    running.add(this);
    this.#child = spawn(process.execPath, [MAIN], { env: { ...process.env, PORT: '0', ...env } });
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      if (output !== null) createInterface(output).on('line', (line) => this.#hear(line));
    }
    this.ended = once(this.#child, 'close').then(([code]) => {
      running.delete(this);
      this.#hear('');
      return code as number | null;
    });
  }

  /** Resolves to the parts of a line like this one: of the first, or of so many as it must be. */
  async says(line: RegExp, times = 1): Promise<RegExpExecArray> {
    for (;;) {
      const matches = this.said.map((said) => line.exec(said)).filter((parts) => parts !== null);
      const match = matches[times - 1];
      if (match !== undefined) return match;
      if (!running.has(this)) throw new Error(`ended without saying ${line}: ${this.said.join('\n')}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async node(name: string): Promise<NodeProgram> {
    const [, pid, url = ''] = await this.says(new RegExp(`^node ${name}, process (\\d+): (http:\\/\\/localhost:\\d+)\\/chat$`));
    return { pid: Number(pid), url, socketUrl: url.replace('http', 'ws') };
  }

  /** Sends a signal and answers the exit code. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal);
    return this.ended;
  }

  #hear(line: string): void {
    this.said.push(line);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
