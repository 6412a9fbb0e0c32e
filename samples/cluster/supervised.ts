import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Deaths within a minute after which a program is given up. */
const MAX_DEATHS = 5;
const MINUTE = 60_000;
/** Milliseconds that a program has to end by itself. */
const STOP_TIMEOUT = 10_000;

/** How a program is started. */
export interface Program {
  /** For people. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What its environment has besides ours. */
  readonly env?: Readonly<Record<string, string>>;
  /** The line by which it says that it is ready. */
  readonly ready: RegExp;
}

/** A program that runs beside this one. When it dies it is started again; one that dies too often, or does not get ready, is given up. */
export class Supervised {
  #child: ChildProcess | undefined;
  #deaths: number[] = [];
  #stopping = false;

  constructor(
    private readonly program: Program,
    private readonly givenUp: (error: Error) => void,
  ) {}

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when it is ready; rejects with what it said if it ends before, and with `ENOENT` if there is no such program. */
  async start(): Promise<void> {
    const { command, args, env } = this.program;
    // In a group of its own: what is typed at the terminal reaches us alone, who end them in order.
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    await this.#untilReady(child);
    child.once('exit', (code, signal) => this.#died(signal ?? `code ${code}`));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    const patience = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
    child.kill('SIGTERM');
    await exited;
    clearTimeout(patience);
  }

  /** What it says before it is ready is told if it does not get so; what it says later is shown. */
  #untilReady(child: ChildProcess): Promise<void> {
    const { name, ready } = this.program;
    const said: string[] = [];
    let isReady = false;
    return new Promise((resolve, reject) => {
      const hear = (line: string) => {
        if (isReady) return this.#stopping || console.log(`${name}: ${line}`);
        said.push(line);
        isReady = ready.test(line);
        if (isReady) resolve();
      };
      for (const output of [child.stdout, child.stderr]) if (output !== null) createInterface(output).on('line', hear);
      child.once('error', reject);
      child.once('close', (code, signal) =>
        reject(new Error([`${name} ended with ${signal ?? `code ${code}`}:`, ...said].join('\n'))),
      );
    });
  }

  #died(how: string): void {
    if (this.#stopping) return;
    const { name } = this.program;
    const now = performance.now();
    this.#deaths = [...this.#deaths.filter((death) => now - death < MINUTE), now];
    if (this.#deaths.length > MAX_DEATHS)
      return this.givenUp(new Error(`${name} died ${this.#deaths.length} times within a minute.`));
    console.log(`${name} ended with ${how}. It is started again.`);
    this.start().then(() => console.log(`${name} is back, as process ${this.pid}.`), this.givenUp);
  }
}
