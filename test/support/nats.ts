import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe } from '@jest/globals';
import { parseServer, type NatsServer as Server } from '../../src/buses/nats/server.js';

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

/** A `nats-server` of the test's own, on a port that it chose itself and keeps when it is started again. */
export class NatsServer {
  /** For clients. */
  port = -1;
  /** Where it says how it is. */
  #monitor = '';
  #store = newStore();
  #child: ChildProcess | undefined;

  private constructor(private readonly settings: NatsSettings) {}

  /** Resolves when it takes connections. */
  static async start(settings: NatsSettings = {}): Promise<NatsServer> {
    const server = new NatsServer(settings);
    await server.#run();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Ends it without a word, as a machine that loses its power. Resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Starts it again on its port. Resolves when it takes connections. */
  async restart({ wiped = false } = {}): Promise<void> {
    await this.kill();
    if (wiped) {
      rmSync(this.#store, { recursive: true });
      this.#store = newStore();
    }
    await this.#run();
  }

  /** It keeps its connections and answers nothing, from the moment of the return. */
  freeze(): void {
    const child = this.#child as ChildProcess;
    child.kill('SIGSTOP');
    while (!isStopped(child.pid as number)) {}
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
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

  async #run(): Promise<void> {
    const { args = [], jetStream = true } = this.settings;
    const fixed = ['-a', '127.0.0.1', '-p', String(this.port), '-m', '-1'];
    const child = spawn(BINARY, [...fixed, ...(jetStream ? ['-js', '-sd', this.#store] : []), ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    const log: string[] = [];
    for await (const line of createInterface({ input: child.stderr })) {
      log.push(line);
      this.port = Number(/Listening for client connections on .*:(\d+)/.exec(line)?.[1] ?? this.port);
      this.#monitor = /monitor on (\S+:\d+)/.exec(line)?.[1] ?? this.#monitor;
      if (line.includes('Server is ready')) {
        child.stderr.resume();
        return;
      }
    }
    throw new Error(`${BINARY} ended:\n${log.join('\n')}`);
  }
}

/** Whether all threads of a process stand still: a signal takes its time to reach them. */
function isStopped(pid: number): boolean {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return true; // a system that does not tell
  return readdirSync(tasks).every((task) => / T /.test(readFileSync(`${tasks}/${task}/stat`, 'latin1')));
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
