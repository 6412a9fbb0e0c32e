import type { Clock } from '../clock.js';
import { Alarm, type Timers } from '../timers.js';
import type { Broker } from './broker.js';

/** Signs of life in each `nodeTimeout`, so that two may come late. */
const BEATS = 3;

/** What a node watch tells. */
export interface Watchman {
  /** The broker can be asked. */
  connected(): boolean;
  /** Nodes whose life matters here. */
  nodesOfInterest(): Iterable<string>;
  /** A node has given no sign of life for `nodeTimeout`. */
  nodeDied(node: string): void;
  /** All nodes of interest were looked for, and the dead among them told of: those that are left are alive. */
  allLive(): void;
  /** This node gave no sign of life itself for so long that others may have held it for dead. */
  overslept(): Promise<void>;
  /** As often as a node can die: time to look for what dead nodes left behind. */
  sweep(): Promise<void>;
  failed(error: unknown): void;
}

/** Gives this node's signs of life, and looks for those of others: by what is written down in the broker, never by asking them. */
export class NodeWatch extends Alarm {
  #lastBeat = 0;
  /** Not before this is anybody held for dead: after the broker was away, all need time to write down that they live. */
  #trustFrom = 0;
  #beats = 0;
  #stopped = false;

  constructor(
    private readonly node: string,
    private readonly broker: Broker,
    private readonly timeout: number,
    private readonly watchman: Watchman,
    private readonly clock: Clock,
    private readonly timers: Timers,
  ) {
    super();
  }

  /** Begins; resolves when others can see that this node lives. */
  async start(): Promise<void> {
    await this.#giveSign();
    if (!this.#stopped) this.timers.start(this, this.timeout / BEATS);
  }

  stop(): void {
    this.#stopped = true;
    this.timers.cancel(this);
  }

  /** The broker is back: signs of life may have been lost with it. Answers whether this node gave no sign for so long that others may have held it for dead. */
  async resume(): Promise<boolean> {
    this.#trustFrom = this.clock.now() + this.timeout;
    const overslept = this.#hasOverslept;
    await this.#giveSign();
    return overslept;
  }

  get #hasOverslept(): boolean {
    return this.clock.now() - this.#lastBeat > this.timeout;
  }

  ring(): void {
    this.#beat().catch((error) => this.watchman.failed(error));
    this.timers.start(this, this.timeout / BEATS);
  }

  /** Somebody did not hear what was sent there: it may be dead, or away for a moment like the broker's other clients. */
  suspect(): void {
    this.#lookAround().catch((error) => this.watchman.failed(error));
  }

  async #beat(): Promise<void> {
    if (!this.watchman.connected()) return;
    const overslept = this.#hasOverslept;
    await this.#giveSign();
    if (overslept) await this.watchman.overslept();
    if (!(await this.#lookAround())) return;
    this.watchman.allLive();
    if (++this.#beats % BEATS === 0) await this.watchman.sweep();
  }

  async #giveSign(): Promise<void> {
    await this.broker.keepAlive(this.node, this.timeout);
    this.#lastBeat = this.clock.now();
  }

  /** False if what is written down cannot be trusted now. */
  async #lookAround(): Promise<boolean> {
    if (!this.#trusts) return false;
    const nodes = [...new Set(this.watchman.nodesOfInterest())];
    const alive = nodes.length === 0 ? new Set() : await this.broker.alive(nodes);
    if (!this.#trusts) return false;
    for (const node of nodes) if (!alive.has(node)) this.watchman.nodeDied(node);
    return true;
  }

  get #trusts(): boolean {
    return !this.#stopped && this.watchman.connected() && this.clock.now() >= this.#trustFrom;
  }
}
