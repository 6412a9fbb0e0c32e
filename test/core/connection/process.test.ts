import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, jest, test } from '@jest/globals';
import {
  Bus,
  Connection,
  close,
  OnBinary,
  OnInfo,
  OnInit,
  OnTerminate,
  OnText,
  OnUpgrade,
  ping,
  type Ref,
  type Reply,
  type TerminateReason,
  WebSocketHandler,
} from 'vaquero';
import { DOORS, seen, type Visitor } from '../../support/doors.js';
import { Events } from '../../support/events.js';

/** The five rules that make a connection a process, over a socket and mounted. */

function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe.each(DOORS)('$name', (door) => {
  describe('one thing at a time', () => {
    test('frames and infos wait, in the order in which they arrived, while a callback is pending', async () => {
      const { opened, open } = gate();
      const begun = new Events<string>();
      let running = 0;
      let most = 0;

      @WebSocketHandler('/')
      class Slow {
        @OnInit() init(connection: Connection) {
          connection.subscribe('all');
        }

        @OnText() async text(message: string) {
          return this.work(message);
        }

        @OnBinary() async binary(payload: Buffer) {
          return this.work(`bytes ${payload}`);
        }

        @OnInfo() async info(info: { n: number }) {
          return this.work(`info ${info.n}`);
        }

        private async work(what: string): Promise<string> {
          most = Math.max(most, ++running);
          begun.push(what);
          await opened;
          running--;
          return what;
        }
      }
      const server = await door.open([Slow]);
      const client = await server.visit('/');
      client.text('1');
      await begun.next();
      client.send('2', Buffer.from('3'), ping('here'));
      await client.upTo('here');
      server.bus.publish('all', { n: 4 });
      client.send('5', ping('there'));
      await client.upTo('there');
      expect(begun.all).toEqual(['1']);
      open();
      for (const expected of ['1', '2', 'bytes 3', 'info 4', '5']) expect(await client.nextText()).toBe(expected);
      expect(begun.all).toEqual(['1', '2', 'bytes 3', 'info 4', '5']);
      expect(most).toBe(1);
    });

    test('nothing is lost or overtaken between the upgrade, @OnInit and the first frame', async () => {
      const { opened, open } = gate();
      const admitted = gate();

      @WebSocketHandler('/')
      class Careful {
        @OnUpgrade() async admit() {
          await admitted.opened;
        }

        @OnInit() async init(connection: Connection) {
          await connection.subscribe('all');
          await opened;
          return 'init';
        }

        @OnText() text(message: string) {
          return message;
        }

        @OnInfo() info(info: string) {
          return info;
        }
      }
      const server = await door.open([Careful]);
      const opening = server.visit('/', {}, ['first']);
      admitted.open();
      const client = await opening;
      client.send('second', ping('here'));
      await client.upTo('here');
      server.bus.publish('all', 'third');
      open();
      for (const expected of ['init', 'first', 'second', 'third']) expect(await client.nextText()).toBe(expected);
    });

    test('a generator is pulled item by item, and the next event waits until it is done', async () => {
      @WebSocketHandler('/')
      class Counting {
        @OnText() async *count(message: string): AsyncGenerator<Reply> {
          for (let i = 0; i < 3; i++) {
            await new Promise((resolve) => setImmediate(resolve));
            yield `${message}${i}`;
          }
        }
      }
      const server = await door.open([Counting]);
      const client = await server.visit('/');
      client.send('a', 'b');
      for (const expected of ['a0', 'a1', 'a2', 'b0', 'b1', 'b2']) expect(await client.nextText()).toBe(expected);
    });
  });

  describe('sending is asynchronous', () => {
    test('bus.send to oneself runs when the callback has returned', async () => {
      const order: string[] = [];

      @WebSocketHandler('/')
      class Own {
        constructor(
          private readonly connection: Connection,
          private readonly bus: Bus,
        ) {}

        @OnText() text() {
          this.bus.send(this.connection.ref, 'info');
          order.push('callback');
        }

        @OnInfo() info(info: string) {
          order.push(info);
          return 'done';
        }
      }
      const server = await door.open([Own]);
      const client = await server.visit('/');
      client.text('go');
      expect(await client.nextText()).toBe('done');
      expect(order).toEqual(['callback', 'info']);
    });

    test('two that answer each other 100,000 times use no stack, and leave room for others', async () => {
      class Volley {
        constructor(
          readonly from: Ref,
          readonly left: number,
        ) {}
      }

      @WebSocketHandler('/')
      class Player {
        constructor(
          private readonly connection: Connection,
          private readonly bus: Bus,
        ) {}

        @OnInit() init() {
          return this.connection.ref;
        }

        @OnText() serve(partner: string) {
          if (partner === 'ping') return 'pong';
          this.bus.send(partner as Ref, new Volley(this.connection.ref, 100_000));
        }

        @OnInfo() volley({ from, left }: Volley) {
          if (left === 0) return 'over';
          this.bus.send(from, new Volley(this.connection.ref, left - 1));
        }
      }
      const server = await door.open([Player]);
      const a = await server.visit('/');
      const b = await server.visit('/');
      const c = await server.visit('/');
      await Promise.all([a.next(), c.next()]);
      a.text(await b.nextText());
      c.text('ping');
      expect(await c.nextText()).toBe('pong');
      expect(await b.nextText()).toBe('over');
    });
  });

  describe('others get their turn', () => {
    const HOGS: Record<string, (connection: Connection) => Reply> = {
      'beside a generator whose client reads as fast as it can': function* () {
        for (;;) yield 'x';
      },
      'beside an async generator that never waits': async function* () {
        for (;;) yield 'x';
      },
      'beside an async callback that goes on sending to itself': (connection) => connection.sendAfter(0, 'again') && undefined,
    };

    test.each(Object.entries(HOGS))('%s', async (_name, hog) => {
      @WebSocketHandler('/')
      class Hog {
        constructor(
          private readonly connection: Connection,
          private readonly bus: Bus,
        ) {}

        @OnText() text(message: string): Reply {
          return message === 'hog' ? hog(this.connection) : message;
        }

        @OnInfo() async info(info: string) {
          this.bus.send(this.connection.ref, info);
        }
      }
      const server = await door.open([Hog]);
      const greedy = await server.visit('/');
      const other = await server.visit('/');
      greedy.text('hog');
      for (let i = 0; i < 20; i++) {
        other.text(`turn ${i}`);
        expect(await other.nextText()).toBe(`turn ${i}`);
      }
      greedy.drop();
    });
  });

  describe('a crash stays at home', () => {
    const STAGES: Record<string, (client: Visitor) => void> = {
      'in @OnText': (client) => client.text('throw'),
      'after a promise in @OnText': (client) => client.text('reject'),
      'in a generator': (client) => client.text('generate'),
      'in an async generator': (client) => client.text('generate later'),
      'in a predicate of @OnInfo': (client) => client.text('predicate'),
      'in @OnInfo': (client) => client.text('info'),
      'by an Error that is none': (client) => client.text('throw a string'),
    };
    const boom = new Error('boom');

    class Bad {}
    class BadInfo {}

    @WebSocketHandler('/')
    class Fragile {
      constructor(
        private readonly connection: Connection,
        private readonly bus: Bus,
      ) {}

      @OnText() text(message: string): Reply {
        switch (message) {
          case 'throw':
            throw boom;
          case 'reject':
            return Promise.reject(boom);
          case 'generate':
            return this.generate();
          case 'generate later':
            return this.generateLater();
          case 'throw a string':
            throw 'only a string';
          case 'predicate':
            return this.bus.send(this.connection.ref, new Bad());
          case 'info':
            return this.bus.send(this.connection.ref, new BadInfo());
          default:
            return message;
        }
      }

      @OnInfo((info: unknown) => {
        if (info instanceof Bad) throw boom;
        return false;
      })
      never() {}

      @OnInfo(BadInfo) bad() {
        throw boom;
      }

      private *generate(): Generator<Reply> {
        yield 'one';
        throw boom;
      }

      private async *generateLater(): AsyncGenerator<Reply> {
        yield 'one';
        throw boom;
      }
    }

    test.each(Object.entries(STAGES))('%s', async (_name, crash) => {
      const server = await door.open([Fragile]);
      const other = await server.visit('/');
      const client = await server.visit('/');
      const reported = server.nextError();
      crash(client);
      expect(await client.closed).toEqual({ code: 1011, reason: '' });
      const { error, context } = await reported;
      if (error !== boom) expect(error).toMatchObject({ code: 'VAQUERO_NON_ERROR_THROWN', cause: 'only a string' });
      expect(context).toMatchObject({ handler: 'Fragile', path: '/' });
      other.text('undisturbed');
      expect(await other.nextText()).toBe('undisturbed');
      expect(server.errors).toHaveLength(1);
      expect(server.connections).toBe(1);
    });

    test('an onError that throws itself is no end either', async () => {
      const server = await door.open([Fragile], {
        onError: () => {
          throw new Error('worse');
        },
      });
      const client = await server.visit('/');
      client.text('throw');
      expect((await client.closed).code).toBe(1011);
      expect(server.log.filter((line) => line.includes('boom'))).toHaveLength(1);
      expect(server.log.filter((line) => line.includes('worse'))).toHaveLength(1);
    });

    test('an onError that rejects is no end either', async () => {
      const logged = new Events<string>();
      const server = await door.open([Fragile], {
        onError: async () => {
          throw new Error('worse');
        },
        logger: { debug() {}, info() {}, warn() {}, error: (line, error) => logged.push(`${line} ${error}`) },
      });
      const client = await server.visit('/');
      client.text('throw');
      expect((await client.closed).code).toBe(1011);
      expect(await logged.next()).toContain('boom');
      expect(await logged.next()).toContain('worse');
    });

    test('a logger that throws stops nothing', async () => {
      const complain = () => {
        throw new Error('log is full');
      };
      const said = jest.spyOn(console, 'error').mockImplementation(() => undefined);
      const server = await door.open([Fragile], {
        onError: undefined as never,
        logger: { debug: complain, info: complain, warn: complain, error: complain },
      });
      const other = await server.visit('/');
      const client = await server.visit('/');
      client.text('throw');
      expect((await client.closed).code).toBe(1011);
      other.text('undisturbed');
      expect(await other.nextText()).toBe('undisturbed');
      expect(said).toHaveBeenCalledWith(
        'vaquero: the logger threw',
        expect.anything(),
        'when it was told',
        expect.anything(),
        boom,
      );
      await server.close();
      said.mockRestore();
    });

    test('a rejection after the connection has closed is reported, and nothing more', async () => {
      const { opened, open } = gate();
      const left = new Events<void>();
      const ended = new Events<TerminateReason>();

      @WebSocketHandler('/')
      class Late {
        @OnText() async text(_message: string, { signal }: Connection) {
          signal.addEventListener('abort', () => left.push());
          await opened;
          throw boom;
        }

        @OnTerminate() terminate(reason: TerminateReason) {
          ended.push(reason);
        }
      }
      const server = await door.open([Late]);
      const client = await server.visit('/');
      client.text('go');
      const closed = client.close(1000);
      await left.next();
      const reported = server.nextError();
      open();
      expect((await reported).error).toBe(boom);
      expect(await ended.next()).toEqual({ type: 'crash', error: boom });
      expect(await closed).toEqual({ code: 1011, reason: '' });
      await server.close();
      expect(ended.all).toHaveLength(1);
      expect(server.errors).toHaveLength(1);
    });
  });

  describe('nothing outlives the connection', () => {
    test('the signal is aborted, generators are returned, timers and subscriptions end, before @OnTerminate', async () => {
      const log = new Events<string>();

      @WebSocketHandler('/')
      class Holding {
        constructor(private readonly connection: Connection) {}

        @OnInit() async init() {
          await this.connection.subscribe('all');
          this.connection.startTimer(60_000, 'never');
          this.connection.signal.addEventListener('abort', () => log.push('aborted'));
        }

        @OnText() async *endless(): AsyncGenerator<Reply> {
          try {
            yield 'begun';
            await new Promise((resolve) => this.connection.signal.addEventListener('abort', resolve));
          } finally {
            log.push('returned');
          }
        }

        @OnInfo() info() {
          log.push('info');
        }

        @OnTerminate() terminate() {
          log.push('terminate');
        }
      }
      const server = await door.open([Holding]);
      const client = await server.visit('/');
      client.text('go');
      await client.nextText();
      client.drop();
      expect([await log.next(), await log.next(), await log.next()]).toEqual(['aborted', 'returned', 'terminate']);
      server.bus.publish('all', {});
      expect(server.bus.counters.delivered).toBe(0);
      await server.close();
      expect(log.all).toHaveLength(3);
    });

    const ENDLESS: Record<string, (returned: () => void, connection: Connection) => Reply> = {
      'a generator that never ends': function* (returned) {
        try {
          for (;;) yield 'x'.repeat(10_000);
        } finally {
          returned();
        }
      },
      'an async generator that never ends': async function* (returned) {
        try {
          for (;;) yield await new Promise<string>((resolve) => setImmediate(resolve, 'tick'));
        } finally {
          returned();
        }
      },
      'a wait that the signal breaks off': async (returned, { signal }) => {
        returned();
        await sleep(600_000, undefined, { signal, ref: false });
      },
    };
    const LEAVING: Record<string, (client: Visitor) => unknown> = {
      'resets its socket': (client) => client.drop(),
      'closes with frames waiting': (client) => client.send('last', close(4000)),
    };

    describe.each(Object.entries(LEAVING))('when the client %s', (_how, leave) => {
      test.each(Object.entries(ENDLESS))('%s ends', async (_name, work) => {
        const log = new Events<string>();

        @WebSocketHandler('/')
        class Working {
          @OnInit() init() {
            return 'ready';
          }

          @OnText() text(message: string, connection: Connection): Reply {
            log.push(message);
            return message === 'last' ? undefined : work(() => log.push('returned'), connection);
          }

          @OnTerminate() terminate() {
            log.push('terminate');
          }
        }
        const server = await door.open([Working]);
        const client = await server.visit('/');
        client.text('go');
        expect(await log.next()).toBe('go');
        leave(client);
        while ((await log.next()) !== 'terminate');
        const heard =
          leave === LEAVING['resets its socket'] ? ['go', 'returned', 'terminate'] : ['go', 'returned', 'last', 'terminate'];
        expect(log.all).toEqual(heard);
        expect(server.errors).toEqual([]);
      });
    });

    test('what is subscribed, monitored or timed from @OnTerminate is let go at once', async () => {
      const terminated = new Events<Connection>();

      @WebSocketHandler('/')
      class Tardy {
        @OnTerminate() async terminate(_reason: unknown, connection: Connection) {
          await connection.subscribe('all');
          connection.startTimer(1, 'never');
          connection.send('never sent');
          terminated.push(connection);
        }
      }
      const server = await door.open([Tardy]);
      const client = await server.visit('/');
      await client.close(1000);
      const connection = await terminated.next();
      expect(connection.signal.aborted).toBe(true);
      server.bus.publish('all', {});
      expect(server.bus.counters.delivered).toBe(0);
      expect(seen(client.frames)).toEqual(['close 1000']);
    });
  });
});
