import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startBroker } from './broker.js';
import { type Program, Supervised } from './supervised.js';

const NODE = fileURLToPath(new URL('node.js', import.meta.url));

/** What can be chosen. */
export interface Settings {
  /** The address of a broker; one is started if there is none. */
  readonly bus: string | undefined;
  /** Which broker is started, `redis` or `nats`. Default: the first that is installed. */
  readonly broker: string | undefined;
  /** A node for each. */
  readonly ports: readonly number[];
}

/** The chat on several nodes, and their broker: processes that are started, watched and ended together. */
export class Cluster {
  readonly #brokers: Supervised[] = [];
  readonly #nodes: Supervised[] = [];
  #folder: string | undefined;
  #stopped: Promise<void> | undefined;

  constructor(private readonly settings: Settings) {}

  /** Resolves when all nodes serve. */
  async start(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'vaquero-cluster-'));
    const { broker, ports } = this.settings;
    const bus = this.settings.bus ?? (await startBroker((program) => this.#launch(program, this.#brokers), this.#folder, broker));
    await Promise.all(ports.map((port, i) => this.#startNode(`node ${'ABCDEFGH'[i]}`, port, bus)));
    // Without user and password.
    console.log(`They are one chat, over the broker at ${new URL(bus).host}. Ctrl-C ends all.`);
  }

  /** Ends the nodes, which tell the others through the broker, and then the broker. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Something does not work, and that is the end of all; if they are ending anyway it is no news. */
  readonly fail = (error: Error): void => {
    if (this.#stopped !== undefined) return;
    console.error(error.message);
    process.exitCode = 1;
    void this.stop();
  };

  async #startNode(name: string, port: number, bus: string): Promise<void> {
    const env = { NODE_NAME: name, PORT: String(port), BUS: bus };
    const program = { name, command: process.execPath, args: [NODE], env, ready: /^Serving / };
    const node = await this.#launch(program, this.#nodes);
    console.log(`${name}, process ${node.pid}: http://localhost:${port}/chat`);
  }

  async #launch(program: Program, group: Supervised[]): Promise<Supervised> {
    if (this.#stopped !== undefined) throw new Error(`${program.name} is not started, for all is being stopped.`);
    const supervised = new Supervised(program, this.fail);
    group.push(supervised);
    await supervised.start();
    return supervised;
  }

  async #stop(): Promise<void> {
    for (const group of [this.#nodes, this.#brokers]) await Promise.all(group.map((one) => one.stop()));
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true });
  }
}
