import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  Bus,
  type Connection,
  OnInfo,
  OnInit,
  OnTerminate,
  OnText,
  type Ref,
  type Reply,
  type TerminateReason,
  WebSocketHandler,
} from 'vaquero';
import type { Clock } from '../../src/core/clock.js';
import { Life } from '../../src/core/connection/life.js';
import { compilePlans } from '../../src/core/plan.js';
import { Hub } from '../../src/core/server/hub.js';
import { UpgradeRequest } from '../../src/core/upgrade-request.js';
import { FakeTransport } from './fake-transport.js';

/** What a callback does, in order; the last kinds end it. */
type Step =
  | { kind: 'reply'; how: 'plain' | 'array' | 'generator' | 'asyncGenerator' }
  | { kind: 'wait' }
  | { kind: 'tell'; whom: number; script: Script }
  | { kind: 'publish'; script: Script }
  | { kind: 'timer'; script: Script }
  | { kind: 'close' }
  | { kind: 'crash' };
type Script = readonly Step[];

/** A message: who sent it, its number among those of that sender to that receiver, and what its receiver does. */
interface Task {
  readonly from: string;
  readonly number: number;
  readonly script: Script;
}

const CONNECTIONS = 3;
const RUNS = Number(process.env.VAQUERO_MODEL_RUNS ?? 300);

/** Everything that happened to one connection, in order; the rules are about this. */
type Event = { kind: 'begin' | 'end'; task: Task } | { kind: 'terminate'; reason: TerminateReason['type'] };

/** A clock on which every delay is over when the event loop has been round once. */
function immediateClock(): Clock {
  let now = 0;
  return {
    now: () => ++now,
    setTimeout: (callback) => setImmediate(callback),
    clearTimeout: (handle) => clearImmediate(handle as NodeJS.Immediate),
  };
}

class World {
  readonly bus = new Bus();
  readonly errors: Error[] = [];
  crashes = 0;
  readonly logs: Event[][] = [];
  readonly transports: FakeTransport[] = [];
  readonly refs: Ref[] = [];
  /** What each connection was told, for rule 1's "nothing is lost". */
  readonly told: Task[][] = [];
  readonly expectedReplies: string[][] = [];
  readonly lives: Life[] = [];
  readonly hub = new Hub(this.bus, { handlers: [], clock: immediateClock(), onError: (error) => this.errors.push(error) });
  #numbers = new Map<string, number>();
  #replies = 0;
  /** How many callbacks of each connection run at this moment. */
  readonly running: number[] = [];
  insideSender = 0;

  task(from: string, to: number, script: Script): Task {
    const key = `${from}>${to}`;
    const number = (this.#numbers.get(key) ?? 0) + 1;
    this.#numbers.set(key, number);
    const task = { from, number, script };
    this.told[to]?.push(task);
    return task;
  }

  nextReply(): string {
    return `r${++this.#replies}`;
  }
}

let world = new World();

@WebSocketHandler('/model')
class ModelHandler {
  private index = -1;
  private connection!: Connection;

  @OnInit() init(connection: Connection) {
    this.index = world.refs.push(connection.ref) - 1;
    this.connection = connection;
    connection.subscribe('all');
  }

  @OnText() text(message: string) {
    return this.perform(JSON.parse(message) as Task);
  }

  @OnInfo() info(given: Task | { publish: readonly Task[] }) {
    return this.perform('publish' in given ? (given.publish[this.index] as Task) : given);
  }

  @OnTerminate() terminate(reason: TerminateReason) {
    world.logs[this.index]?.push({ kind: 'terminate', reason: reason.type });
  }

  private perform(task: Task): Reply {
    expect(world.insideSender).toBe(0);
    const log = world.logs[this.index] as Event[];
    log.push({ kind: 'begin', task });
    expect(++(world.running[this.index] as number)).toBe(1);
    const waits = task.script.some((step) => step.kind === 'wait');
    if (!waits) {
      try {
        return task.script.map((step) => this.step(step));
      } finally {
        this.done(task);
      }
    }
    return this.performSlowly(task);
  }

  private async performSlowly(task: Task) {
    try {
      const replies: Reply[] = [];
      for (const step of task.script) {
        if (step.kind === 'wait') await new Promise(setImmediate);
        else replies.push(this.step(step));
      }
      return replies;
    } finally {
      this.done(task);
    }
  }

  private done(task: Task): void {
    world.running[this.index] = 0;
    world.logs[this.index]?.push({ kind: 'end', task });
  }

  private step(step: Step): Reply {
    switch (step.kind) {
      case 'reply': {
        const reply = world.nextReply();
        world.expectedReplies[this.index]?.push(reply);
        if (step.how === 'array') return [[reply]];
        if (step.how === 'generator')
          return (function* () {
            yield reply;
          })();
        if (step.how === 'asyncGenerator')
          return (async function* () {
            yield reply;
          })();
        return reply;
      }
      case 'tell':
        return this.sending(() =>
          world.bus.send(world.refs[step.whom] as Ref, world.task(`c${this.index}`, step.whom, step.script)),
        );
      case 'publish':
        return this.sending(() =>
          world.bus.publish('all', { publish: world.refs.map((_, to) => world.task(`c${this.index}`, to, step.script)) }),
        );
      case 'timer':
        this.connection.sendAfter(0, world.task(`t${this.index}`, this.index, step.script));
        return undefined;
      case 'close':
        this.connection.close();
        return undefined;
      case 'crash':
        world.crashes++;
        throw new Error('crash');
      case 'wait':
        return undefined;
    }
  }

  /** Rule 2: nothing of a receiver runs in here. */
  private sending(send: () => void): undefined {
    world.insideSender++;
    send();
    world.insideSender--;
  }
}

const leaf: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('reply' as const),
      how: fc.constantFrom('plain' as const, 'array' as const, 'generator' as const, 'asyncGenerator' as const),
    }),
  },
  { weight: 3, arbitrary: fc.constant<Step>({ kind: 'wait' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'close' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'crash' }) },
);
const script = fc.letrec<{ script: Script; step: Step }>((tie) => ({
  script: fc.array(tie('step'), { maxLength: 4 }),
  step: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 6, arbitrary: leaf },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('tell' as const), whom: fc.nat(CONNECTIONS - 1), script: tie('script') }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('publish' as const), script: tie('script') }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('timer' as const), script: tie('script') }) },
  ) as fc.Arbitrary<Step>,
})).script;

const plan = compilePlans([ModelHandler], { idleTimeout: Number.POSITIVE_INFINITY }, () => [])[0];
if (plan === undefined) throw new Error('the handler has no plan');

function open(index: number): Life {
  if (plan === undefined) throw new Error('unreachable');
  const life = new Life(plan, world.hub, {});
  world.hub.began(life);
  world.logs[index] = [];
  world.told[index] = [];
  world.expectedReplies[index] = [];
  world.running[index] = 0;
  const info = {
    method: 'GET',
    scheme: 'ws',
    host: 'h',
    path: '/model',
    query: '',
    peer: { address: '', port: 0 },
    headers: {},
  } as const;
  life.admit(new UpgradeRequest(info, {}, [], 13, undefined), (_connection, _request, made) => {
    made.handler = new ModelHandler();
  });
  const transport = new FakeTransport();
  transport.listen(life.loop);
  world.transports[index] = transport;
  life.opened(transport, undefined);
  return life;
}

const isOver = (index: number): boolean => {
  const log = world.logs[index] ?? [];
  const terminated = log.some((event) => event.kind === 'terminate');
  return terminated || log.filter((event) => event.kind === 'end').length === world.told[index]?.length;
};

/** Waits for the loop, not for time: a program is finite, and so are its rounds. */
async function settle(): Promise<void> {
  for (let round = 0; round < 10_000; round++) {
    await new Promise(setImmediate);
    if (world.lives.every((_, index) => isOver(index))) return;
  }
  throw new Error(`not settled: ${JSON.stringify(world.logs)}`);
}

function checkOrder(index: number): void {
  const done = (world.logs[index] ?? []).flatMap((event) => (event.kind === 'begin' ? [event.task] : []));
  const last = new Map<string, number>();
  for (const { from, number } of done) {
    expect([from, number]).toEqual([from, (last.get(from) ?? 0) + 1]);
    last.set(from, number);
  }
}

function checkReplies(index: number, ended: boolean): void {
  const { sent } = world.transports[index] as FakeTransport;
  const expected = world.expectedReplies[index] ?? [];
  expect(sent).toEqual(ended ? expected.slice(0, sent.length) : expected);
}

function checkEnd(index: number): void {
  const log = world.logs[index] ?? [];
  expect(log.filter((event) => event.kind === 'terminate')).toHaveLength(1);
  const last = log.at(-1);
  const codes: Record<string, number> = { stop: 1000, crash: 1011, shutdown: 1012 };
  expect(last?.kind).toBe('terminate');
  if (last?.kind === 'terminate') expect(world.transports[index]?.closedWith).toBe(codes[last.reason]);
}

test('random programs keep the rules of the process', async () => {
  const program = fc.array(fc.record({ to: fc.nat(CONNECTIONS - 1), script, pause: fc.boolean() }), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(program, async (frames) => {
      world = new World();
      for (let i = 0; i < CONNECTIONS; i++) world.lives.push(open(i));
      for (const { to, script, pause } of frames) {
        world.lives[to]?.loop.text(JSON.stringify(world.task('client', to, script)));
        if (pause) await new Promise(setImmediate);
      }
      await settle();
      const ended = world.lives.map((_, index) => (world.logs[index] ?? []).some((event) => event.kind === 'terminate'));
      world.lives.forEach((_, index) => {
        checkOrder(index);
        checkReplies(index, ended[index] === true);
      });
      await world.hub.drain(1_000, 0);
      world.lives.forEach((_, index) => {
        checkEnd(index);
      });
      expect(world.hub.size).toBe(0);
      expect(world.errors).toHaveLength(world.crashes);
    }),
    { numRuns: RUNS },
  );
});
