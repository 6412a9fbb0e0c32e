import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ON_FREE_PORTS = join(__dirname, 'on-free-ports.js');

/** How a program ended, and what it said. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** A page's program in a process of its own. The ports that it asks for are free ones. */
export class Program {
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #ports = new Map<number, number>();
  readonly #awaiting: ((ended: undefined) => void)[] = [];
  readonly #listening: Promise<unknown>;
  #output = '';

  private constructor(child: ChildProcess, reports: Server) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        this.#output += chunk;
      });
    }
    this.#listening = once(reports, 'report');
    reports.on('connection', (socket) =>
      socket.on('data', (line) => {
        const [wanted, got] = String(line).split(' ').map(Number) as [number, number];
        this.#ports.set(wanted, got);
        reports.emit('report');
        for (const resolve of this.#awaiting.splice(0)) resolve(undefined);
      }),
    );
    this.ended = once(child, 'close').then(([code, signal]) => {
      reports.close();
      return { code, signal, output: this.#output };
    });
  }

  /** Starts a command in a folder. */
  static async start(command: string, parameters: readonly string[], cwd: string): Promise<Program> {
    const folder = mkdtempSync(join(tmpdir(), 'vaquero-docs-'));
    const path = join(folder, 'ports');
    const reports = createServer().listen(path);
    reports.once('close', () => rmSync(folder, { recursive: true, force: true }));
    await once(reports, 'listening');
    const env = { ...process.env, NODE_OPTIONS: `--import=${ON_FREE_PORTS}`, VAQUERO_DOCS_PORTS: path, NO_COLOR: '1' };
    // A group of its own, so that what a shell started ends with it.
    return new Program(spawn(command, parameters, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true }), reports);
  }

  /** Resolves when it listens somewhere, or has ended without; true if it listens. */
  async listens(): Promise<boolean> {
    await Promise.race([this.#listening, this.ended]);
    return this.#ports.size > 0;
  }

  /** Resolves with the port that it got in place of one, as soon as it listens there; rejects if it ends before. */
  async portFor(wanted: number): Promise<number> {
    for (;;) {
      const port = this.#ports.get(wanted);
      if (port !== undefined) return port;
      const ended = await Promise.race([this.ended, new Promise<undefined>((resolve) => this.#awaiting.push(resolve))]);
      if (ended !== undefined) throw new Error(`It ended before it listened on ${wanted}:\n${ended.output}`);
    }
  }

  /** Asks it to end, as a supervisor does. */
  stop(): Promise<Ending> {
    this.#signal('SIGTERM');
    return this.ended;
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) process.kill(-(this.#child.pid as number), signal);
  }
}
