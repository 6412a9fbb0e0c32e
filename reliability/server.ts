// The server under trial, in a process of its own: it answers `measure` with its memory, and `publish` by publishing for a while.
import { setTimeout as delay } from 'node:timers/promises';
import {
  Bus,
  Connection,
  type HandlerOptions,
  latest,
  OnBinary,
  OnInfo,
  OnInit,
  OnTerminate,
  OnText,
  OnUpgrade,
  reject,
  serve,
  WebSocketHandler,
} from 'vaquero';

@WebSocketHandler('/echo')
class Echo {
  @OnText() text(message: string) {
    return message;
  }
  @OnBinary() binary(payload: Buffer) {
    return payload;
  }
}

@WebSocketHandler('/refused')
class Refused {
  @OnUpgrade() refuse() {
    return reject(403);
  }
}

export class Tick {
  constructor(
    readonly topic: number,
    readonly text: string,
  ) {}
}

/** Little room, so that a slow reader meets the policy within the trial. */
const slow = (policy: NonNullable<HandlerOptions['backpressure']>['policy']): HandlerOptions =>
  ({ backpressure: { limit: 65_536, policy }, mailbox: { limit: 1_000, policy } }) as HandlerOptions;

class Subscriber {
  @OnInit() subscribe(connection: Connection) {
    return connection.subscribe('ticks');
  }
  @OnInfo() tick(info: Tick) {
    return info.text;
  }
}

@WebSocketHandler('/ticks/close', slow('close'))
class Close extends Subscriber {}

@WebSocketHandler('/ticks/drop-oldest', slow('drop-oldest'))
class DropOldest extends Subscriber {}

@WebSocketHandler('/ticks/drop-newest', slow('drop-newest'))
class DropNewest extends Subscriber {}

@WebSocketHandler('/ticks/latest', slow(latest((tick: Tick) => tick.topic)))
class LatestOnly extends Subscriber {}

/** Something of everything: timers, topics, slow callbacks, generators, clean-up. */
@WebSocketHandler('/mixed')
class Mixed {
  private received = 0;
  constructor(
    private readonly connection: Connection,
    private readonly bus: Bus,
  ) {}
  @OnInit() async init() {
    await this.connection.subscribe(`room:${Math.floor(Math.random() * 10)}`);
    this.connection.sendAfter(50, 'again');
  }
  @OnText() async *text(message: string) {
    this.received++;
    yield message;
    await null;
    if (this.received % 10 === 0) this.bus.publish(`room:${Math.floor(Math.random() * 10)}`, new Tick(0, `note of ${message}`));
    yield [String(this.received), Buffer.from(`copy of ${message}`)];
  }
  @OnInfo() tick(info: Tick) {
    return info.text;
  }
  @OnInfo(String) again() {
    this.connection.sendAfter(50, 'again');
  }
  @OnTerminate() async terminate() {
    await null;
  }
}

const errors = new Map<string, number>();
const server = await serve({
  handlers: [Echo, Refused, Close, DropOldest, DropNewest, LatestOnly, Mixed],
  onError: (error) => errors.set(error.message, (errors.get(error.message) ?? 0) + 1),
});
for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
  process.on(event, (error: unknown) => errors.set(`${event}: ${error}`, 1));
}

/** What is published, and how fast. */
export interface Publication {
  readonly perSecond: number;
  readonly seconds: number;
  readonly bytes: number;
  /** Messages that may be on their way to those who keep up. */
  readonly window: number;
}

/** What the parent can ask for, and what it tells: how many messages all who keep up have received. */
export type Command =
  | { readonly kind: 'measure' }
  | ({ readonly kind: 'publish' } & Publication)
  | { readonly kind: 'received'; readonly messages: number };

/** What it is told. */
export interface Measurement {
  readonly rss: number;
  readonly heap: number;
  readonly external: number;
  readonly handles: number;
  readonly connections: number;
  readonly counters: typeof server.counters;
  readonly errors: readonly (readonly [string, number])[];
}

async function measure(): Promise<Measurement> {
  // A collection finalizes what the one before it found.
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await delay(10);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    rss,
    heap: heapUsed,
    external,
    handles: process.getActiveResourcesInfo().length,
    connections: server.connections,
    counters: { ...server.counters },
    errors: [...errors],
  };
}

/** The most milliseconds' worth of messages that leave in one turn. */
const CATCH_UP = 5;

/** How many messages all who keep up have received. */
let received = 0;

/**
 * Publishes so many seconds' worth of messages at a rate, in small batches. A busy machine takes longer for them: what it owes is not caught up with all at once, and
 * nothing is published beyond the window, for that would be a burst that nobody keeps up with on a machine that stands still for a moment.
 */
async function publish({ perSecond, seconds, bytes, window }: Publication): Promise<number> {
  const most = Math.ceil((perSecond * CATCH_UP) / 1000);
  const total = perSecond * seconds;
  let published = 0;
  for (let then = performance.now(), owed = 0; published < total; then = performance.now()) {
    await delay(1);
    owed = Math.min(most, owed + ((performance.now() - then) * perSecond) / 1000);
    const due = Math.min(total, received + window, published + Math.floor(owed));
    owed -= due - published;
    for (; published < due; published++) {
      const text = `${published} ${(performance.timeOrigin + performance.now()).toFixed(3)} `.padEnd(bytes, '.');
      server.bus.publish('ticks', new Tick(published % 100, text));
    }
  }
  return published;
}

process.on('message', async (command: Command) => {
  if (command.kind === 'received') received = command.messages;
  else process.send?.(command.kind === 'measure' ? await measure() : await publish(command));
});
process.on('disconnect', () => process.exit());
process.send?.(Number(new URL(server.url).port));
