import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export type BrokerKind = 'redis' | 'nats';

/** The brokers that a bus can have. */
export const BROKERS: readonly BrokerKind[] = ['redis', 'nats'];

const COMMANDS: Readonly<Record<BrokerKind, (port: string, folder: string) => [string, ...string[]]>> = {
  redis: (port) => ['redis-server', '--bind', '127.0.0.1', '--port', port, '--save', '', '--appendonly', 'no'],
  nats: (port, folder) => ['nats-server', '-a', '127.0.0.1', '-p', port, '-js', '-sd', folder],
};

/** A real broker in a process of its own, on a free port. */
export class BrokerServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'vaquero-trial-'));
  #child: ChildProcess;

  private constructor(
    private readonly kind: BrokerKind,
    readonly port: number,
  ) {
    this.#child = this.#spawn();
  }

  /** Resolves when it takes connections. */
  static async start(kind: BrokerKind): Promise<BrokerServer> {
    const broker = new BrokerServer(kind, await freePort());
    await broker.#ready();
    return broker;
  }

  /** Its URL; at another port where something stands between. */
  url(port = this.port): string {
    return `${this.kind}://127.0.0.1:${port}`;
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  /** Starts it again on its port; resolves when it takes connections. */
  async restart(): Promise<void> {
    this.#child = this.#spawn();
    await this.#ready();
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #spawn(): ChildProcess {
    const [file, ...rest] = COMMANDS[this.kind](String(this.port), this.#folder);
    const child = spawn(file, rest, { cwd: this.#folder, stdio: 'ignore' });
    child.once('error', (error) => {
      throw new Error(`The trial needs ${file}: install it.`, { cause: error });
    });
    return child;
  }

  async #ready(): Promise<void> {
    while (!(await accepts(this.port))) {
      if (this.#child.exitCode !== null) throw new Error(`The ${this.kind} server ended with ${this.#child.exitCode}.`);
      await delay(2);
    }
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
