import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { parseServer, type NatsServer as Server } from '../../src/buses/nats/server.js';
import { type Launched, launch, somePort } from './child.js';

/** A real NATS server. */

const BINARY = process.env.NATS_SERVER ?? 'nats-server';

const present = spawnSync(BINARY, ['--version']).status === 0;
if (!present && process.env.VAQUERO_NO_SKIP !== undefined) throw new Error(`There is no ${BINARY}, and nothing may be skipped.`);
if (!present) process.stderr.write(`\nSKIPPED: what needs NATS, for there is no ${BINARY}. Install it, or set NATS_SERVER.\n\n`);

/** `describe`, where there is a NATS server. */
export const describeWithNats = present ? describe : describe.skip;

export interface NatsSettings {
  /** More arguments of `nats-server`: credentials, TLS, a configuration. */
  readonly args?: readonly string[];
  /** Without it there is no JetStream. Default true. */
  readonly jetStream?: boolean;
}

/** A `nats-server` of the test's own, which keeps its port when it is started again. */
export class NatsServer {
  /** Where it says how it is. */
  #monitor = '';
  #store = newStore();
  #launched: Launched | undefined;

  private constructor(
    /** For clients. */
    readonly port: number,
    private readonly settings: NatsSettings,
  ) {}

  /** Resolves when it takes connections. */
  static async start(settings: NatsSettings = {}): Promise<NatsServer> {
    for (;;) {
      const server = new NatsServer(somePort(), settings);
      if (await server.#run()) return server;
      await server.stop();
    }
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Ends it without a word, as a machine that loses its power. Resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#launched?.kill();
  }

  /** Starts it again on its port. Resolves when it takes connections. */
  async restart({ wiped = false } = {}): Promise<void> {
    await this.kill();
    if (wiped) {
      rmSync(this.#store, { recursive: true });
      this.#store = newStore();
    }
    if (!(await this.#run())) throw new Error(`port ${this.port} was taken meanwhile`);
  }

  /** It keeps its connections and answers nothing, from the moment of the return. */
  freeze(): void {
    this.#launched?.freeze();
  }

  thaw(): void {
    this.#launched?.thaw();
  }

  /** Ends it, with what it stored. */
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#store, { recursive: true });
  }

  /** What it says of itself, by the paths of its monitoring. */
  async ask(path: string): Promise<Record<string, unknown>> {
    return (await (await fetch(`http://${this.#monitor}${path}`)).json()) as Record<string, unknown>;
  }

  #run(): Promise<boolean> {
    const { args = [], jetStream = true } = this.settings;
    const fixed = ['-a', '127.0.0.1', '-p', String(this.port), '-m', '-1'];
    this.#launched = launch(BINARY, [...fixed, ...(jetStream ? ['-js', '-sd', this.#store] : []), ...args], 'stderr');
    return this.#launched.ready(/Server is ready/, (line) => {
      this.#monitor = /monitor on (\S+:\d+)/.exec(line)?.[1] ?? this.#monitor;
    });
  }
}

/** A server's URL taken apart. */
export function serverOf(url: string): Server {
  const server = parseServer(url);
  if (server === undefined) throw new Error(`no server: ${url}`);
  return server;
}

function newStore(): string {
  return mkdtempSync(join(tmpdir(), 'vaquero-nats-'));
}
