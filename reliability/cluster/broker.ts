import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type BrokerKind = 'redis' | 'nats';

/** The brokers that a bus can have. */
export const BROKERS: readonly BrokerKind[] = ['redis', 'nats'];

interface Command {
  readonly line: (port: string, folder: string) => [string, ...string[]];
  /** What it says when it takes connections, and where. */
  readonly ready: RegExp;
  readonly on: 'stdout' | 'stderr';
}

const COMMANDS: Readonly<Record<BrokerKind, Command>> = {
  redis: {
    line: (port) => ['redis-server', '--bind', '127.0.0.1', '--port', port, '--save', '', '--appendonly', 'no'],
    ready: /ready to accept connections/i,
    on: 'stdout',
  },
  nats: {
    line: (port, folder) => ['nats-server', '-a', '127.0.0.1', '-p', port, '-js', '-sd', folder],
    ready: /Server is ready/,
    on: 'stderr',
  },
};

const running = new Set<ChildProcess>();

/** A trial that fails, or is ended, leaves none behind. */
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A real broker in a process of its own. */
export class BrokerServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'vaquero-trial-'));
  #child: ChildProcess | undefined;

  private constructor(
    private readonly kind: BrokerKind,
    readonly port: number,
  ) {}

  /** Resolves when it takes connections. */
  static async start(kind: BrokerKind): Promise<BrokerServer> {
    for (;;) {
      const broker = new BrokerServer(kind, somePort());
      if (await broker.#run()) return broker;
      await broker.stop();
    }
  }

  /** Its URL; at another port where something stands between. */
  url(port = this.port): string {
    return `${this.kind}://127.0.0.1:${port}`;
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Starts it again on its port; resolves when it takes connections. */
  async restart(): Promise<void> {
    if (!(await this.#run())) throw new Error(`Port ${this.port} was taken meanwhile.`);
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** True as soon as it says that it is ready, false if its port is taken. */
  async #run(): Promise<boolean> {
    const { line, ready, on } = COMMANDS[this.kind];
    const [file, ...rest] = line(String(this.port), this.#folder);
    const child = spawn(file, rest, { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    child.once('error', (error) => {
      throw new Error(`The trial needs ${file}: install it.`, { cause: error });
    });
    for (const output of [child.stdout, child.stderr]) output.resume();
    const said: string[] = [];
    for await (const one of createInterface({ input: child[on] })) {
      said.push(one);
      if (!ready.test(one)) continue;
      child[on].resume();
      return true;
    }
    if (said.some((one) => /address already in use/i.test(one))) return false;
    throw new Error([`The ${this.kind} server ended:`, ...said].join('\n'));
  }
}

/** A port below those that the system gives to who asks for any, and connects from: nobody gets it while its broker is away. It may be taken. */
function somePort(): number {
  return 20_000 + Math.floor(Math.random() * 12_000);
}
