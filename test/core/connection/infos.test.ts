import { describe, expect, test } from '@jest/globals';
import {
  Bus,
  binary,
  Connection,
  Down,
  json,
  OnInfo,
  OnInit,
  OnText,
  type Ref,
  type Reply,
  setOptions,
  shutdownReason,
  stop,
  Timeout,
  text,
  WebSocketHandler,
} from 'vaquero';
import { VirtualClock } from 'vaquero/testing';
import { DOORS, seen, type Visitor } from '../../support/doors.js';

class Moved {
  constructor(readonly price: number) {}
}
class Soared extends Moved {}
class Other {}

describe.each(DOORS)('$name', (door) => {
  describe('@OnInfo', () => {
    @WebSocketHandler('/')
    class Clauses {
      @OnInit() init(connection: Connection) {
        connection.subscribe('all');
      }

      @OnInfo('tag') tagged(info: { type: 'tag'; value: number }) {
        return `tag ${info.value}`;
      }

      @OnInfo((info: unknown): info is number => typeof info === 'number' && info > 9) big(info: number) {
        return `big ${info}`;
      }

      @OnInfo(Soared) soared(info: Soared) {
        return `soared ${info.price}`;
      }

      @OnInfo() moved(info: Moved) {
        return `moved ${info.price}`;
      }

      @OnInfo() words(info: string) {
        return `word ${info}`;
      }

      @OnInfo() rest(info: unknown) {
        return json({ rest: info } as never);
      }
    }

    test.each<[string, unknown, string]>([
      ['by tag', { type: 'tag', value: 1 }, 'tag 1'],
      ['by predicate', 10, 'big 10'],
      ['by class', new Soared(5), 'soared 5'],
      ['by the class of the parameter', new Moved(6), 'moved 6'],
      ['by the primitive type of the parameter', 'hey', 'word hey'],
      ['by a parameter without a class', { type: 'other' }, '{"rest":{"type":"other"}}'],
      ['what no earlier clause takes', 9, '{"rest":9}'],
      ['null, as anything', null, '{"rest":null}'],
    ])('%s', async (_name, info, expected) => {
      const server = await door.open([Clauses]);
      const client = await server.visit('/');
      server.bus.publish('all', info);
      expect(await client.nextText()).toBe(expected);
    });

    test('clauses are tried in the order in which they are written', async () => {
      @WebSocketHandler('/')
      class Ordered {
        @OnInit() init(connection: Connection) {
          connection.subscribe('all');
        }

        @OnInfo((info: unknown) => info instanceof Moved) first() {
          return 'first';
        }

        @OnInfo(Soared) never() {
          return 'never';
        }
      }
      const server = await door.open([Ordered]);
      const client = await server.visit('/');
      server.bus.publish('all', new Soared(1));
      expect(await client.nextText()).toBe('first');
    });

    test('an info that nothing takes is counted, and logged once per class', async () => {
      @WebSocketHandler('/')
      class Deaf {
        @OnInit() init(connection: Connection) {
          connection.subscribe('all');
        }

        @OnInfo(Moved) moved() {
          return 'moved';
        }
      }
      const server = await door.open([Deaf]);
      const client = await server.visit('/');
      for (const info of [new Other(), new Other(), new Moved(1)]) server.bus.publish('all', info);
      expect(await client.nextText()).toBe('moved');
      expect(server.counters.ignored).toBe(2);
      expect(server.log.filter((line) => line.startsWith('debug:') && line.includes('Deaf'))).toHaveLength(1);
    });
  });

  describe('topics and refs', () => {
    @WebSocketHandler('/:name')
    class Talker {
      constructor(
        private readonly connection: Connection<{ name: string }>,
        private readonly bus: Bus,
      ) {}

      @OnText() async text(message: string): Promise<Reply> {
        const [verb = '', object = '', word = ''] = message.split(' ');
        if (verb === 'ref') return this.connection.ref;
        if (verb === 'join') await this.connection.subscribe(object);
        if (verb === 'part') this.connection.unsubscribe(object);
        if (verb === 'publish') this.bus.publish(object, word);
        if (verb === 'send') this.bus.send(object as Ref, word);
        return `${verb} done`;
      }

      @OnInfo() heard(info: string) {
        return `${this.connection.params.name} heard ${info}`;
      }
    }

    async function talkers(...names: string[]) {
      const server = await door.open([Talker]);
      const clients = await Promise.all(names.map((name) => server.visit(`/${name}`)));
      return { server, clients: clients as [Visitor, Visitor, Visitor] };
    }

    async function say(client: Visitor, message: string): Promise<string> {
      client.text(message);
      return client.nextText();
    }

    test('a topic reaches its subscribers, oneself among them, and nobody else', async () => {
      const { clients } = await talkers('ann', 'bob', 'cid');
      const [ann, bob, cid] = clients;
      await say(ann, 'join room');
      await say(bob, 'join room');
      await say(cid, 'join other');
      expect(await say(ann, 'publish room hi')).toBe('publish done');
      expect(await ann.nextText()).toBe('ann heard hi');
      expect(await bob.nextText()).toBe('bob heard hi');
      await say(bob, 'part room');
      await say(ann, 'publish room again');
      expect(await ann.nextText()).toBe('ann heard again');
      expect(await say(bob, 'publish other last')).toBe('publish done');
      expect(await cid.nextText()).toBe('cid heard last');
    });

    test('subscribing twice delivers once', async () => {
      const { clients, server } = await talkers('ann');
      const [ann] = clients;
      await say(ann, 'join room');
      await say(ann, 'join room');
      server.bus.publish('room', 'one');
      server.bus.publish('room', 'two');
      expect(await ann.nextText()).toBe('ann heard one');
      expect(await ann.nextText()).toBe('ann heard two');
    });

    test('bus.send reaches one connection by its ref, which is a string that lasts as long as the connection', async () => {
      const { clients, server } = await talkers('ann', 'bob');
      const [ann, bob] = clients;
      const ref = await say(bob, 'ref');
      expect(await say(bob, 'ref')).toBe(ref);
      await say(ann, `send ${ref} psst`);
      expect(await bob.nextText()).toBe('bob heard psst');
      await bob.close(1000);
      await say(ann, `send ${ref} gone`);
      expect(server.bus.counters.undeliverable).toBe(1);
    });

    test('a topic whose subscribers have gone is forgotten', async () => {
      const { clients, server } = await talkers('ann');
      await say(clients[0], 'join room');
      await clients[0].close(1000);
      server.bus.publish('room', 'hello?');
      expect(server.bus.counters.delivered).toBe(0);
    });

    test.each<[string, (bus: Bus) => void, string]>([
      ['an empty topic', (bus) => bus.publish('', 1), 'VAQUERO_INVALID_TOPIC'],
      ['a topic that is no string', (bus) => bus.publish(7 as never, 1), 'VAQUERO_INVALID_TOPIC'],
      ['an empty ref', (bus) => bus.send('' as Ref, 1), 'VAQUERO_INVALID_REF'],
      ['a ref that is none', (bus) => bus.send({} as Ref, 1), 'VAQUERO_INVALID_REF'],
    ])('%s is refused', async (_name, act, code) => {
      const { server } = await talkers();
      expect(() => act(server.bus)).toThrow(expect.objectContaining({ code }));
    });
  });

  describe('published frames', () => {
    @WebSocketHandler('/straight')
    class Straight {
      @OnInit() init(connection: Connection) {
        connection.subscribe('all');
      }

      @OnInfo(Moved) moved(info: Moved) {
        return `moved ${info.price}`;
      }
    }

    @WebSocketHandler('/taking')
    class Taking {
      @OnInit() init(connection: Connection) {
        connection.subscribe('all');
      }

      @OnInfo() any(info: unknown) {
        return ['taken', info as Reply];
      }
    }

    test('go straight to the sockets, in order with the infos around them', async () => {
      const server = await door.open([Straight]);
      const client = await server.visit('/straight');
      server.bus.publish('all', text('a'));
      server.bus.publish('all', new Moved(1));
      server.bus.publish('all', binary(Buffer.from('b')));
      server.bus.publish('all', new Moved(2));
      const frames = [await client.next(), await client.next(), await client.next(), await client.next()];
      expect(seen(frames)).toEqual(['text a', 'text moved 1', 'binary b', 'text moved 2']);
    });

    test('are infos where an @OnInfo may take them', async () => {
      const server = await door.open([Taking]);
      const client = await server.visit('/taking');
      server.bus.publish('all', text('x'));
      expect(await client.nextText()).toBe('taken');
      expect(await client.nextText()).toBe('x');
    });

    test('are encoded once for all', async () => {
      const server = await door.open([Straight]);
      const clients = await Promise.all(Array.from({ length: 50 }, () => server.visit('/straight')));
      const message = { toJSON: () => ++encoded };
      let encoded = 0;
      server.bus.publish('all', json(message as never));
      for (const client of clients) expect(await client.nextText()).toBe('1');
    });
  });

  test('a command that is sent as an info and cannot be followed is a crash of its receiver alone', async () => {
    @WebSocketHandler('/')
    class Told {
      @OnInit() init({ ref }: Connection) {
        return ref;
      }

      @OnText() text(message: string) {
        return message;
      }
    }
    const server = await door.open([Told]);
    const other = await server.visit('/');
    const client = await server.visit('/');
    await other.next();
    const ref = (await client.nextText()) as Ref;
    server.bus.send(ref, setOptions({ idleTimeout: -1 }));
    expect((await client.closed).code).toBe(1011);
    expect(server.errors).toMatchObject([
      { error: { code: 'VAQUERO_INVALID_OPTION' }, context: { stage: 'info', handler: 'Told' } },
    ]);
    other.text('undisturbed');
    expect(await other.nextText()).toBe('undisturbed');
  });

  describe('timers', () => {
    @WebSocketHandler('/')
    class Timed {
      constructor(private readonly connection: Connection) {}

      @OnText() text(message: string): Reply {
        const [verb = '', a = '', b = ''] = message.split(' ');
        if (verb === 'start') return `started ${this.connection.startTimer(Number(a), b)}`;
        if (verb === 'after') return `started ${this.connection.sendAfter(Number(a), new Moved(Number(b)))}`;
        return `left ${this.connection.cancelTimer(Number(a) as never)}`;
      }

      @OnInfo() timeout({ ref, message }: Timeout<string>) {
        return `timeout ${ref} ${message}`;
      }

      @OnInfo() moved({ price }: Moved) {
        return `moved ${price}`;
      }
    }

    async function timed() {
      const clock = new VirtualClock();
      const server = await door.open([Timed], { clock, defaults: { idleTimeout: Number.POSITIVE_INFINITY } });
      const client = await server.visit('/');
      const say = async (message: string) => {
        client.text(message);
        return client.nextText();
      };
      return { clock, server, client, say };
    }

    test('startTimer delivers a Timeout with its ref and message, when it is due and not before', async () => {
      const { clock, client, say } = await timed();
      expect(await say('start 1000 late')).toBe('started 1');
      expect(await say('start 500 early')).toBe('started 2');
      await clock.advance(499);
      expect(await say('cancel 99')).toBe('left false');
      await clock.advance(1);
      expect(await client.nextText()).toBe('timeout 2 early');
      await clock.advance(500);
      expect(await client.nextText()).toBe('timeout 1 late');
    });

    test('sendAfter delivers the info itself', async () => {
      const { clock, client, say } = await timed();
      await say('after 100 7');
      await clock.advance(100);
      expect(await client.nextText()).toBe('moved 7');
    });

    test('cancelTimer answers the milliseconds left, or false', async () => {
      const { clock, say } = await timed();
      await say('start 1000 never');
      await clock.advance(400);
      expect(await say('cancel 1')).toBe('left 600');
      expect(await say('cancel 1')).toBe('left false');
      await clock.advance(10_000);
      expect(await say('cancel 1')).toBe('left false');
    });

    test('timers of a connection that has ended never ring, and wait for nothing', async () => {
      const { clock, server, client, say } = await timed();
      await say('start 1000 never');
      expect(clock.pending).toBe(1);
      await client.close(1000);
      await server.close();
      expect(clock.pending).toBe(0);
    });

    test('a month is as good as a second', async () => {
      const { clock, client, say } = await timed();
      const month = 30 * 24 * 3_600_000;
      await say(`start ${month} patience`);
      await clock.advance(month - 1);
      expect(await say('cancel 99')).toBe('left false');
      await clock.advance(1);
      expect(await client.nextText()).toBe('timeout 1 patience');
    });

    test.each(['-1', 'NaN', 'Infinity', 'soon'])('a delay of %s is refused', async (ms) => {
      const { server, client } = await timed();
      const reported = server.nextError();
      client.text(`start ${ms} x`);
      expect((await client.closed).code).toBe(1011);
      expect((await reported).error).toMatchObject({ code: 'VAQUERO_INVALID_TIMER' });
    });
  });

  describe('monitors', () => {
    @WebSocketHandler('/')
    class Watching {
      constructor(private readonly connection: Connection) {}

      @OnInit() init() {
        return this.connection.ref;
      }

      @OnText() text(message: string): Reply {
        const [verb = '', ref = ''] = message.split(' ');
        if (verb === 'stop') return [shutdownReason('tired'), stop()];
        if (verb === 'crash') {
          this.connection.send(shutdownReason('not told'));
          throw new Error('crashed');
        }
        if (verb === 'monitor') this.connection.monitor(ref as Ref);
        if (verb === 'demonitor') this.connection.demonitor(ref as Ref);
        return `${verb} done`;
      }

      @OnInfo() down({ ref, reason }: Down) {
        return json({ ref, reason: reason as never });
      }
    }

    async function pair() {
      const server = await door.open([Watching]);
      const watcher = await server.visit('/');
      const watched = await server.visit('/');
      await watcher.next();
      const ref = await watched.nextText();
      const say = async (message: string) => {
        watcher.text(message);
        return watcher.nextText();
      };
      return { server, watcher, watched, ref, say };
    }

    test('deliver Down with the terminate reason', async () => {
      const { watcher, watched, ref, say } = await pair();
      await say(`monitor ${ref}`);
      await watched.close(4000, 'bye');
      expect(JSON.parse(await watcher.nextText())).toEqual({ ref, reason: { type: 'remote', code: 4000, payload: 'bye' } });
    });

    test('deliver the shutdownReason where one was set and the end was normal', async () => {
      const { watcher, watched, ref, say } = await pair();
      await say(`monitor ${ref}`);
      watched.text('stop');
      expect(JSON.parse(await watcher.nextText())).toEqual({ ref, reason: 'tired' });
    });

    test('deliver the crash where there was one', async () => {
      const { watcher, watched, ref, say } = await pair();
      await say(`monitor ${ref}`);
      watched.text('crash');
      expect(JSON.parse(await watcher.nextText())).toMatchObject({ ref, reason: { type: 'crash' } });
    });

    test('deliver at once, and once, for one that is gone', async () => {
      const { watcher, watched, ref, say } = await pair();
      await watched.close(1000);
      expect(await say(`monitor ${ref}`)).toBe('monitor done');
      expect(JSON.parse(await watcher.nextText())).toEqual({ ref, reason: 'gone' });
    });

    test('the log is told the same, at debug level', async () => {
      const { server, watched } = await pair();
      watched.text('stop');
      await watched.closed;
      await server.close();
      expect(server.log.filter((line) => line.startsWith('debug: Watching has ended:'))).toEqual([
        'debug: Watching has ended: tired',
        'debug: Watching has ended: [object Object]',
      ]);
    });

    test('a ref that is first asked for when all is over is the ref of nobody', async () => {
      let late: Connection | undefined;

      @WebSocketHandler('/')
      class Late {
        @OnInit() init(connection: Connection) {
          late = connection;
        }
      }
      const server = await door.open([Late]);
      const client = await server.visit('/');
      await client.close(1000);
      await server.close();
      const { ref } = late as Connection;
      server.bus.send(ref, 'hello?');
      expect(server.bus.counters).toMatchObject({ delivered: 0, undeliverable: 1 });
    });

    test('demonitor takes it back', async () => {
      const { watched, ref, say } = await pair();
      await say(`monitor ${ref}`);
      await say(`demonitor ${ref}`);
      await watched.close(1000);
      expect(await say('nothing')).toBe('nothing done');
    });

    test('a ref that is none is refused', async () => {
      const { server, watcher } = await pair();
      const reported = server.nextError();
      watcher.text('monitor ');
      expect((await watcher.closed).code).toBe(1011);
      expect((await reported).error).toMatchObject({ code: 'VAQUERO_INVALID_REF' });
    });
  });

  test('a frame that no callback takes is ignored, counted, and logged once per class', async () => {
    @WebSocketHandler('/')
    class Silent {}
    const server = await door.open([Silent]);
    const client = await server.visit('/');
    client.text('a');
    client.text('b');
    await client.close(1000);
    expect(server.counters.ignored).toBe(2);
    expect(server.log.filter((line) => line.includes('Silent has no callback'))).toHaveLength(1);
    expect(seen(client.frames)).toEqual(['close 1000']);
  });
});
