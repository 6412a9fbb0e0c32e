import { spawnSync } from 'node:child_process';
import { describe } from '@jest/globals';
import { type Launched, launch, somePort } from './child.js';

/** A real Redis, or one that is told apart from it by nothing that vaquero uses. */

const BINARY = process.env.REDIS_SERVER ?? 'redis-server';

/** The line by which it says that it takes connections. */
const READY = /ready to accept connections/i;

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

/** A `redis-server` of the test's own, which writes nothing to disk. */
export class RedisServer {
  #launched: Launched;

  private constructor(
    readonly port: number,
    private readonly settings: RedisSettings,
  ) {
    this.#launched = this.#launch();
  }

  /** Resolves when it takes connections. */
  static async start(settings: RedisSettings = {}): Promise<RedisServer> {
    for (;;) {
      const server = new RedisServer(somePort(), settings);
      if (await server.#launched.ready(READY)) return server;
    }
  }

  get url(): string {
    const { password } = this.settings;
    return `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}localhost:${this.port}`;
  }

  /** Ends it without a word, as a machine that loses its power. Resolves when it is gone. */
  kill(): Promise<void> {
    return this.#launched.kill();
  }

  /** Starts it again on its port, empty. Resolves when it takes connections. */
  async restart(): Promise<void> {
    await this.kill();
    this.#launched = this.#launch();
    if (!(await this.#launched.ready(READY))) throw new Error(`port ${this.port} was taken meanwhile`);
  }

  /** It keeps its connections and answers nothing, from the moment of the return. */
  freeze(): void {
    this.#launched.freeze();
  }

  thaw(): void {
    this.#launched.thaw();
  }

  #launch(): Launched {
    const { password, args = [] } = this.settings;
    const fixed = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const secret = password === undefined ? [] : ['--requirepass', password];
    return launch(BINARY, [...fixed, ...secret, ...args], 'stdout');
  }
}
