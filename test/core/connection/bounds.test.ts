import { describe, expect, test } from '@jest/globals';
import {
  Connection,
  type HandlerOptions,
  latest,
  OnInfo,
  OnInit,
  OnTerminate,
  OnText,
  OnUpgrade,
  ping,
  pong,
  type Reply,
  type TerminateReason,
  text,
  UpgradeRequest,
  WebSocketHandler,
} from 'vaquero';
import { VirtualClock } from 'vaquero/testing';
import { DOORS, type Door, type House, overTheWire, payloadOf, type Visitor } from '../../support/doors.js';
import { Events, settled, until } from '../../support/events.js';
import { frame, Op } from '../../support/raw-client.js';

/** What waits has a limit, a policy and a counter, over a socket and mounted. */

class Price {
  constructor(
    readonly symbol: string,
    readonly value: number,
  ) {}
}

interface Stage {
  readonly server: House;
  readonly client: Visitor;
  readonly clock: VirtualClock;
  readonly ended: Events<TerminateReason>;
  readonly begun: Events<string>;
  /** Lets the callback that `hold` began return. */
  release(): void;
}

async function open(door: Door, options: HandlerOptions): Promise<Stage> {
  const ended = new Events<TerminateReason>();
  const begun = new Events<string>();
  let release: () => void = () => undefined;

  @WebSocketHandler('/', options)
  class Handler {
    @OnInit() init(connection: Connection) {
      connection.subscribe('all');
      return 'ready';
    }

    @OnText() async text(message: string): Promise<Reply> {
      begun.push(message);
      if (message !== 'hold') return message.startsWith('flood') ? 'x'.repeat(Number(message.slice(6))) : message;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    }

    @OnInfo() price(info: Price) {
      return `${info.symbol} ${info.value}`;
    }

    @OnTerminate() terminate(reason: TerminateReason) {
      ended.push(reason);
    }
  }
  const clock = new VirtualClock();
  const server = await door.open([Handler], { clock });
  const client = await server.visit('/');
  await client.next();
  return { server, client, clock, ended, begun, release: () => release() };
}

async function hold({ client, begun }: Stage): Promise<void> {
  client.text('hold');
  await begun.next();
}

const publish = ({ server }: Stage, ...values: number[]) => {
  for (const value of values) server.bus.publish('all', new Price(value % 2 === 0 ? 'even' : 'odd', value));
};

describe.each(DOORS)('$name', (door) => {
  describe('mailbox: infos', () => {
    const limited = (policy?: NonNullable<HandlerOptions['mailbox']>['policy']) =>
      open(door, { mailbox: { limit: 3, ...(policy !== undefined && { policy }) } });

    const served = async (stage: Stage): Promise<string[]> => {
      stage.release();
      stage.client.text('end');
      return (await stage.client.upTo('end')).map(payloadOf);
    };

    test('as many as the limit wait', async () => {
      const stage = await limited();
      await hold(stage);
      publish(stage, 1, 2, 3);
      expect(await served(stage)).toEqual(['odd 1', 'even 2', 'odd 3']);
    });

    test("one more ends the connection by default ('close'), with 1013 and overflow", async () => {
      const stage = await limited();
      await hold(stage);
      publish(stage, 1, 2, 3, 4);
      expect(await stage.client.closed).toEqual({ code: 1013, reason: '' });
      stage.release();
      expect(await stage.ended.next()).toEqual({ type: 'error', error: 'overflow' });
      expect(stage.server.counters).toMatchObject({ overflowed: 1, discarded: 3 });
    });

    test("'drop-oldest'", async () => {
      const stage = await limited('drop-oldest');
      await hold(stage);
      publish(stage, 1, 2, 3, 4, 5);
      expect(await served(stage)).toEqual(['odd 3', 'even 4', 'odd 5']);
      expect(stage.server.counters.dropped).toBe(2);
    });

    test("'drop-newest'", async () => {
      const stage = await limited('drop-newest');
      await hold(stage);
      publish(stage, 1, 2, 3, 4, 5);
      expect(await served(stage)).toEqual(['odd 1', 'even 2', 'odd 3']);
      expect(stage.server.counters.dropped).toBe(2);
    });

    test('latest(key) keeps the newest of each key, where the first came, once the limit is reached', async () => {
      const stage = await limited(latest<Price>(({ symbol }) => symbol));
      await hold(stage);
      publish(stage, 1, 2, 3, 4, 5, 6);
      expect(await served(stage)).toEqual(['odd 1', 'even 6', 'odd 5']);
      expect(stage.server.counters).toMatchObject({ replaced: 3, dropped: 0 });
    });

    test('a key that throws ends this connection, and not the publisher', async () => {
      const stage = await limited(
        latest(() => {
          throw new Error('key');
        }),
      );
      const reported = stage.server.nextError();
      await hold(stage);
      expect(() => publish(stage, 1)).not.toThrow();
      expect((await stage.client.closed).code).toBe(1011);
      expect((await reported).error.message).toBe('key');
      stage.release();
    });

    test('the clean-up of one that overflows does not run inside whoever publishes', async () => {
      const log: string[] = [];

      @WebSocketHandler('/', { mailbox: { limit: 1 } })
      class Full {
        @OnInit() async init(connection: Connection) {
          await connection.subscribe('all');
          return 'ready';
        }

        @OnInfo() info() {}

        @OnTerminate() terminate() {
          log.push('terminate');
        }
      }
      const server = await door.open([Full]);
      const client = await server.visit('/');
      await client.next();
      for (let i = 0; i < 3; i++) server.bus.publish('all', i);
      log.push('published');
      expect((await client.closed).code).toBe(1013);
      expect(log).toEqual(['published', 'terminate']);
      expect(server.counters.overflowed).toBe(1);
    });

    test("'drop-oldest' drops what others sent, and never the connection's own timers", async () => {
      const begun = new Events<void>();
      let release: () => void = () => undefined;

      @WebSocketHandler('/', { mailbox: { limit: 2, policy: 'drop-oldest' } })
      class Mixed {
        @OnInit() async init(connection: Connection) {
          connection.sendAfter(1, 'timer');
          await connection.subscribe('all');
          begun.push();
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        }

        @OnInfo() info(info: string) {
          return info;
        }
      }
      const clock = new VirtualClock();
      const server = await door.open([Mixed], { clock });
      const client = await server.visit('/');
      await begun.next();
      await clock.advance(1);
      for (const info of ['1', '2', '3']) server.bus.publish('all', info);
      release();
      expect([await client.nextText(), await client.nextText(), await client.nextText()]).toEqual(['timer', '2', '3']);
      expect(server.counters.dropped).toBe(1);
    });

    test('one that overflows while its upgrade is decided on is answered 503', async () => {
      @WebSocketHandler('/', { mailbox: { limit: 1 } })
      class Pending {
        @OnUpgrade() async admit(_request: UpgradeRequest, connection: Connection) {
          await connection.subscribe('all');
          flood();
          await new Promise((resolve) => setImmediate(resolve));
        }

        @OnInfo() info() {}
      }
      const server = await door.open([Pending]);
      const flood = () => {
        for (let i = 0; i < 3; i++) server.bus.publish('all', i);
      };
      expect((await server.knock('/')).status).toBe(503);
      expect(server.connections).toBe(0);
    });

    test("the connection's own timers are not dropped", async () => {
      const own = new Events<string>();

      @WebSocketHandler('/', { mailbox: { limit: 1 } })
      class Timed {
        @OnInit() async init(connection: Connection) {
          for (let i = 0; i < 5; i++) connection.sendAfter(i, `timer ${i}`);
          own.push('begun');
          await connection.subscribe('all');
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        }

        @OnInfo() info(info: string) {
          return info;
        }
      }
      let release: () => void = () => undefined;
      const clock = new VirtualClock();
      const server = await door.open([Timed], { clock });
      const client = await server.visit('/');
      await own.next();
      await clock.advance(5);
      release();
      for (let i = 0; i < 5; i++) expect(await client.nextText()).toBe(`timer ${i}`);
    });
  });

  describe('mailbox: frames', () => {
    test('a client that waits to be read is not silent', async () => {
      const stage = await open(door, { mailbox: { limit: 2 }, idleTimeout: 1_000, heartbeat: false });
      await hold(stage);
      stage.client.send('1', '2');
      await stage.client.arrived();
      await stage.clock.advance(1_000_000);
      stage.release();
      expect([await stage.client.nextText(), await stage.client.nextText()]).toEqual(['1', '2']);
      await stage.clock.advance(1_101);
      expect(await stage.ended.next()).toEqual({ type: 'timeout' });
    });
  });

  describe('backpressure', () => {
    const LIMIT = 100_000;
    const options = (policy?: NonNullable<HandlerOptions['backpressure']>['policy']): HandlerOptions => ({
      backpressure: { limit: LIMIT, ...(policy !== undefined && { policy }) },
    });

    /** Fills what waits to be written beyond the limit, while the client does not read. */
    async function choke(stage: Stage): Promise<void> {
      stage.client.pause();
      stage.client.text('flood 20000000');
      expect(await stage.begun.next()).toBe('flood 20000000');
      await until(() => stage.server.counters.congested > 0);
    }

    const afterFlood = async (stage: Stage): Promise<string[]> => {
      stage.client.resume();
      expect((await stage.client.next()).payload).toHaveLength(20_000_000);
      stage.client.text('end');
      return (await stage.client.upTo('end')).map(payloadOf);
    };

    test('frames of a client that does not read are not handled until it does', async () => {
      const stage = await open(door, options());
      await choke(stage);
      stage.client.text('waits');
      await settled(50);
      expect(stage.begun.all).toEqual(['flood 20000000']);
      stage.client.resume();
      await stage.client.next();
      expect(await stage.client.nextText()).toBe('waits');
    });

    test("infos end it by default ('close'), with reason overflow", async () => {
      const stage = await open(door, options());
      await choke(stage);
      publish(stage, 1);
      expect(await stage.ended.next()).toEqual({ type: 'error', error: 'overflow' });
      stage.client.resume();
      expect(await stage.client.closed).toEqual({ code: 1013, reason: '' });
      expect(stage.server.counters.overflowed).toBe(1);
    });

    test('so do published frames', async () => {
      @WebSocketHandler('/', { backpressure: { limit: LIMIT } })
      class Straight {
        @OnInit() init(connection: Connection) {
          connection.subscribe('all');
        }

        @OnText() flood() {
          return 'x'.repeat(20_000_000);
        }
      }
      const server = await door.open([Straight]);
      const client = await server.visit('/');
      client.pause();
      client.text('flood');
      await until(() => server.counters.congested > 0);
      server.bus.publish('all', text('over'));
      client.resume();
      expect((await client.closed).code).toBe(1013);
      expect(server.counters.overflowed).toBe(1);
    });

    test("'drop-newest' keeps as many as the mailbox's limit, too", async () => {
      const stage = await open(door, { ...options('drop-newest'), mailbox: { limit: 2 } });
      await choke(stage);
      publish(stage, 1, 2, 3, 4);
      expect(await afterFlood(stage)).toEqual(['odd 1', 'even 2']);
      expect(stage.server.counters.dropped).toBe(2);
    });

    test("'drop-oldest' keeps as many as the mailbox's limit", async () => {
      const stage = await open(door, { ...options('drop-oldest'), mailbox: { limit: 2 } });
      await choke(stage);
      publish(stage, 1, 2, 3, 4);
      expect(await afterFlood(stage)).toEqual(['odd 3', 'even 4']);
      expect(stage.server.counters.dropped).toBe(2);
    });

    test('latest(key) keeps the newest of each key, in the order of their first arrival', async () => {
      const stage = await open(door, options(latest<Price>(({ symbol }) => symbol)));
      await choke(stage);
      publish(stage, 1, 2, 3, 4, 5, 7);
      expect(await afterFlood(stage)).toEqual(['odd 7', 'even 4']);
      expect(stage.server.counters).toMatchObject({ replaced: 4, dropped: 0, overflowed: 0 });
    });

    test('control frames are exempt: pings are answered, and the heartbeat goes on', async () => {
      const stage = await open(door, { ...options('drop-newest'), idleTimeout: 10_000 });
      await choke(stage);
      await stage.clock.advance(6_000);
      stage.client.send(ping('alive?'));
      await stage.client.arrived();
      await stage.clock.advance(6_000);
      stage.client.resume();
      expect((await stage.client.next()).payload).toHaveLength(20_000_000);
      const types = [await stage.client.next(), await stage.client.next(), await stage.client.next()].map(({ type }) => type);
      expect(types).toEqual(['ping', 'ping', 'pong']);
      expect(stage.ended.all).toEqual([]);
    });

    test('a client that pings and does not read is answered its last ping only', async () => {
      const stage = await open(door, options());
      await choke(stage);
      for (let i = 0; i < 1_000; i++) stage.client.send(ping(`ping ${i}`));
      await stage.client.arrived();
      stage.client.resume();
      expect((await stage.client.next()).payload).toHaveLength(20_000_000);
      expect(await stage.client.next()).toEqual({ type: 'pong', payload: Buffer.from('ping 999') });
      stage.client.text('end');
      expect(await stage.client.upTo('end')).toEqual([]);
    });

    test('a flooder that never reads is gone when its silence would be, though it is not read', async () => {
      const stage = await open(door, { ...options(), mailbox: { limit: 5 }, idleTimeout: 1_000, heartbeat: false });
      await choke(stage);
      for (let i = 0; i < 20; i++) stage.client.text('more');
      await settled(50);
      // What it has sent is still on its way for a while, and heard.
      for (let i = 0; i < 10_000 && stage.ended.all.length === 0; i++) {
        await stage.clock.advance(1_101);
        await settled(5);
      }
      expect(await stage.ended.next()).toEqual({ type: 'timeout' });
      stage.client.drop();
    });

    test('connection.send ends a connection for which sixteen times the limit waits', async () => {
      let sent = 0;

      @WebSocketHandler('/', { backpressure: { limit: LIMIT } })
      class Sending {
        @OnText() text(_message: string, connection: Connection) {
          for (; sent < 10_000; sent++) connection.send(Buffer.alloc(10_000));
        }
      }
      const server = await door.open([Sending]);
      const client = await server.visit('/');
      client.pause();
      client.text('go');
      await until(() => server.counters.overflowed > 0);
      client.resume();
      expect((await client.closed).code).toBe(1013);
      expect(client.frames.length).toBeLessThan(1_000);
    });

    test('a generator is pulled at the pace at which the client reads', async () => {
      let pulled = 0;

      @WebSocketHandler('/', { backpressure: { limit: LIMIT } })
      class Streaming {
        @OnText() *stream(): Generator<Reply> {
          for (; pulled < 2_000; pulled++) yield Buffer.alloc(10_000, pulled);
        }
      }
      const server = await door.open([Streaming]);
      const client = await server.visit('/');
      client.pause();
      client.text('go');
      await until(() => pulled > 0);
      for (let before = 0; before < pulled; ) {
        before = pulled;
        await settled(200);
      }
      expect(pulled).toBeLessThan(2_000);
      client.resume();
      for (let i = 0; i < 2_000; i++) expect((await client.next()).payload?.[0]).toBe(i & 0xff);
    });
  });

  describe('rateLimit', () => {
    const limit = (policy?: 'close' | 'drop' | 'pause') =>
      open(door, {
        rateLimit: { messages: 2, per: 1_000, burst: 3, ...(policy !== undefined && { policy }) },
        idleTimeout: Number.POSITIVE_INFINITY,
      });
    const say = (stage: Stage, ...messages: string[]) => stage.client.send(...messages);

    test('the burst may come at once, and then as many as are due', async () => {
      const stage = await limit();
      say(stage, '1', '2', '3');
      for (const expected of ['1', '2', '3']) expect(await stage.client.nextText()).toBe(expected);
      await stage.clock.advance(500);
      say(stage, '4');
      expect(await stage.client.nextText()).toBe('4');
      expect(stage.server.counters.limited).toBe(0);
    });

    test("one more ends the connection by default ('close'), with 1013", async () => {
      const stage = await limit();
      say(stage, '1', '2', '3', '4');
      expect(await stage.client.closed).toEqual({ code: 1013, reason: '' });
      expect(await stage.ended.next()).toEqual({ type: 'error', error: 'overflow' });
      expect(stage.server.counters).toMatchObject({ limited: 1, overflowed: 1 });
    });

    test("'drop' drops it", async () => {
      const stage = await limit('drop');
      say(stage, '1', '2', '3', '4', '5');
      for (const expected of ['1', '2', '3']) expect(await stage.client.nextText()).toBe(expected);
      await stage.clock.advance(500);
      say(stage, '6');
      expect(await stage.client.nextText()).toBe('6');
      expect(stage.server.counters.limited).toBe(2);
    });

    test("'pause' handles it when it is due, and infos meanwhile", async () => {
      const stage = await limit('pause');
      say(stage, '1', '2', '3', '4', '5');
      for (const expected of ['1', '2', '3']) expect(await stage.client.nextText()).toBe(expected);
      publish(stage, 1);
      expect(await stage.client.nextText()).toBe('odd 1');
      await stage.clock.advance(499);
      publish(stage, 2);
      expect(await stage.client.nextText()).toBe('even 2');
      await stage.clock.advance(1);
      expect(await stage.client.nextText()).toBe('4');
      await stage.clock.advance(500);
      expect(await stage.client.nextText()).toBe('5');
    });

    test("'pause': who leaves forfeits what is not due", async () => {
      const stage = await limit('pause');
      say(stage, ...Array.from({ length: 100 }, (_, i) => String(i)));
      for (const expected of ['0', '1', '2']) expect(await stage.client.nextText()).toBe(expected);
      await stage.client.close(1000);
      expect(await stage.ended.next()).toMatchObject({ type: 'remote' });
      expect(stage.begun.all).toHaveLength(3);
      expect(stage.server.counters.discarded).toBe(97);
    });

    test('control frames do not count', async () => {
      const stage = await limit();
      for (let i = 0; i < 10; i++) stage.client.send(ping(String(i)), pong());
      say(stage, '1', '2', '3');
      await stage.client.upTo('3');
      expect(stage.server.counters.limited).toBe(0);
    });
  });

  describe('subscriptions and timers', () => {
    async function crashOf(options: HandlerOptions, act: (connection: Connection) => unknown) {
      @WebSocketHandler('/', options)
      class Handler {
        @OnInit() async init(connection: Connection) {
          await act(connection);
          return 'fine';
        }
      }
      const server = await door.open([Handler]);
      const client = await server.visit('/');
      const first = await client.next();
      return first.type === 'close' ? server.errors[0]?.error : undefined;
    }
    const many = (count: number, act: (connection: Connection, i: number) => unknown) => (connection: Connection) => {
      for (let i = 0; i < count; i++) act(connection, i);
    };

    test('maxSubscriptions on both sides; twice to one topic counts once, and what is unsubscribed not at all', async () => {
      const subscribe = (connection: Connection, i: number) => connection.subscribe(`topic ${i}`);
      expect(await crashOf({ maxSubscriptions: 3 }, many(3, subscribe))).toBeUndefined();
      expect(await crashOf({ maxSubscriptions: 3 }, many(4, subscribe))).toMatchObject({ code: 'VAQUERO_LIMIT_EXCEEDED' });
      expect(
        await crashOf(
          { maxSubscriptions: 1 },
          many(3, (connection) => connection.subscribe('same')),
        ),
      ).toBeUndefined();
      const moving = (connection: Connection, i: number) => {
        connection.unsubscribe(`topic ${i - 1}`);
        connection.subscribe(`topic ${i}`);
      };
      expect(await crashOf({ maxSubscriptions: 1 }, many(3, moving))).toBeUndefined();
      expect(await crashOf({ maxSubscriptions: 0 }, many(1, subscribe))).toMatchObject({ code: 'VAQUERO_LIMIT_EXCEEDED' });
    });

    test('maxTimers on both sides; what is cancelled does not count', async () => {
      const startTimer = (connection: Connection) => connection.startTimer(60_000, 'x');
      expect(await crashOf({ maxTimers: 3 }, many(3, startTimer))).toBeUndefined();
      expect(await crashOf({ maxTimers: 3 }, many(4, startTimer))).toMatchObject({ code: 'VAQUERO_LIMIT_EXCEEDED' });
      expect(
        await crashOf(
          { maxTimers: 1 },
          many(3, (connection) => connection.cancelTimer(startTimer(connection))),
        ),
      ).toBeUndefined();
    });
  });
});

test('at the limit the socket is not read, and nothing is lost', async () => {
  const stage = await open(overTheWire, { mailbox: { limit: 10 } });
  await hold(stage);
  const count = 20_000;
  const payload = 'y'.repeat(1_000);
  let flushed = 0;
  for (let i = 0; i < count; i++) stage.client.raw.socket.write(frame(Op.text, `${i} ${payload}`), () => flushed++);
  await settled(200);
  // 20 MB do not fit into the buffers of two sockets, so the client is made to wait.
  expect(flushed).toBeLessThan(count);
  stage.release();
  for (let i = 0; i < count; i++) expect((await stage.client.nextText()).startsWith(`${i} `)).toBe(true);
});
