import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe } from '@jest/globals';

/** A real Redis, or one that is told apart from it by nothing that vaquero uses. */

const BINARY = process.env.REDIS_SERVER ?? 'redis-server';

const present = spawnSync(BINARY, ['--version']).status === 0;
if (!present && process.env.VAQUERO_NO_SKIP !== undefined) throw new Error(`There is no ${BINARY}, and nothing may be skipped.`);
if (!present)
  process.stderr.write(`\nSKIPPED: what needs Redis, for there is no ${BINARY}. Install it, or set REDIS_SERVER.\n\n`);

/** `describe`, where there is a Redis. */
export const describeWithRedis = present ? describe : describe.skip;

export interface RedisSettings {
  /** What clients must say; none by default. */
  readonly password?: string;
  /** More arguments of `redis-server`. */
  readonly args?: readonly string[];
}

/** A `redis-server` of the test's own on a free port, which writes nothing to disk. */
export class RedisServer {
  #child: ChildProcess;

  private constructor(
    readonly port: number,
    private readonly settings: RedisSettings,
  ) {
    this.#child = this.#spawn();
  }

  /** Resolves when it answers. */
  static async start(settings: RedisSettings = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), settings);
    await server.#answers();
    return server;
  }

  get url(): string {
    const { password } = this.settings;
    return `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}localhost:${this.port}`;
  }

  /** Ends it without a word, as a machine that loses its power. Resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  /** Starts it again on its port, empty. */
  async restart(): Promise<void> {
    await this.kill();
    this.#child = this.#spawn();
    await this.#answers();
  }

  /** It keeps its connections and answers nothing. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  #spawn(): ChildProcess {
    const { password, args = [] } = this.settings;
    const fixed = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const secret = password === undefined ? [] : ['--requirepass', password];
    return spawn(BINARY, [...fixed, ...secret, ...args], { stdio: 'ignore' });
  }

  /** Resolves when a PING is answered, be it with the question for a password. */
  async #answers(): Promise<void> {
    while (!(await ping(this.port))) {
      if (this.#child.exitCode !== null) throw new Error(`${BINARY} ended with ${this.#child.exitCode}`);
    }
  }
}

function ping(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(/^(\+PONG|-NOAUTH)/.test(answer.toString()));
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
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
