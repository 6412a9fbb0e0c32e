// Redis and NATS servers of a run: each on a free port, on the core of the load process, and with nothing that stays on disk.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { command } from './machine.js';

const START_MS = 10_000;

const COMMANDS = {
  redis: (port) => ['redis-server', '--bind', '127.0.0.1', '--port', port, '--save', '', '--appendonly', 'no'],
  nats: (port, folder) => ['nats-server', '-a', '127.0.0.1', '-p', port, '-js', '-sd', folder],
};

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** A broker of one peer. */
export class BrokerProcess {
  #child;
  #folder;

  constructor(kind, port, folder) {
    const [file, ...rest] = command('load', COMMANDS[kind](String(port), folder));
    this.#child = spawn(file, rest, { cwd: folder, stdio: 'ignore' });
    this.#folder = folder;
    this.url = `${kind}://127.0.0.1:${port}`;
  }

  /** `kind` is `redis` or `nats`; resolves when it takes connections. */
  static async start(kind) {
    const port = await freePort();
    const broker = new BrokerProcess(kind, port, await mkdtemp(join(tmpdir(), 'vaquero-bench-')));
    const deadline = performance.now() + START_MS;
    while (!(await accepts(port))) {
      if (broker.#gone || performance.now() > deadline) {
        await broker.stop();
        throw new Error(`The ${kind} server did not start. Is it installed?`);
      }
      await sleep(10);
    }
    return broker;
  }

  get pid() {
    return this.#child.pid;
  }

  get #gone() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async stop() {
    if (!this.#gone) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await gone;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}
