import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { Connection, type HandlerOptions, latest, OnInfo, OnInit, OnText, ping, type Reply, WebSocketHandler } from 'vaquero';
import { type Mounted, mount } from 'vaquero/testing';

/** A client that does not read, or not much: what it leaves waits on the server's side, within the limits of `backpressure`. */

const LIMIT = 20_000;

async function reader(backpressure: NonNullable<HandlerOptions['backpressure']>) {
  let pulled = 0;

  @WebSocketHandler('/', { backpressure: { limit: LIMIT, ...backpressure }, mailbox: { limit: 2 } })
  class Sending {
    @OnInit() init(connection: Connection) {
      connection.subscribe('all');
    }

    @OnText() *text(message: string): Generator<Reply> {
      if (message === 'echo') return yield message;
      for (let i = 0; i < Number(message); i++) {
        pulled++;
        yield Buffer.alloc(1_000, i);
      }
    }

    @OnInfo() info(info: string) {
      return info;
    }
  }
  const chat = await mount(Sending);
  /** More than the limit waits. */
  const choke = async () => {
    chat.pause();
    chat.connection.send(Buffer.alloc(LIMIT + 1));
    await chat.send(ping());
    expect(chat.counters.congested).toBe(1);
  };
  const publish = (...infos: string[]) => {
    for (const info of infos) chat.bus.publish('all', info);
  };
  return { chat, choke, publish, pulled: () => pulled };
}

const texts = (chat: Mounted) => chat.frames.flatMap((frame) => (frame.type === 'text' ? [frame.payload] : []));

test('what is sent while the client does not read is not received, and is when it reads', async () => {
  const { chat } = await reader({});
  chat.pause();
  for (let i = 0; i < 3; i++) await chat.send('echo');
  expect(chat.frames).toEqual([]);
  await chat.resume();
  expect(texts(chat)).toEqual(['echo', 'echo', 'echo']);
});

test('read() reads one frame more, read(n) as many', async () => {
  const { chat } = await reader({});
  chat.pause();
  for (let i = 0; i < 5; i++) await chat.send('echo');
  await chat.read();
  expect(chat.frames).toHaveLength(1);
  await chat.read(3);
  expect(chat.frames).toHaveLength(4);
  await chat.read(3);
  expect(chat.frames).toHaveLength(5);
  await chat.send('echo');
  await chat.send('echo');
  await chat.send('echo');
  expect(chat.frames).toHaveLength(7);
});

test.each([-1, 1.5, Number.NaN, '1'])('read(%p) is no number of frames', async (frames) => {
  const { chat } = await reader({});
  expect(() => chat.read(frames as number)).toThrow(expect.objectContaining({ code: 'VAQUERO_INVALID_OPTION' }));
});

test('what a generator sends to a client that reads is there when it has been asked for', async () => {
  const { chat } = await reader({});
  await chat.send('30');
  expect(chat.frames).toHaveLength(30);
});

test('a generator is pulled at the pace at which the client reads', async () => {
  const { chat, pulled } = await reader({});
  chat.pause();
  await chat.send('1000');
  const ahead = pulled();
  expect(ahead).toBeGreaterThan(10);
  expect(ahead).toBeLessThan(50);
  await chat.read(100);
  while (chat.frames.length < 100) await chat.next();
  expect(pulled()).toBeGreaterThanOrEqual(100);
  expect(pulled()).toBeLessThan(150);
  await chat.resume();
  for (let i = 0; i < 1_000; i++) await chat.next();
  expect(pulled()).toBe(1_000);
});

describe('backpressure', () => {
  test("'close' ends a connection that is told more, with overflow", async () => {
    const { chat, choke, publish } = await reader({ policy: 'close' });
    await choke();
    publish('over');
    expect(await chat.terminated).toEqual({ type: 'error', error: 'overflow' });
    expect(chat.frames).toEqual([]);
    await chat.resume();
    expect(await chat.closed).toEqual({ code: 1013, reason: '' });
    expect(chat.frames.map(({ type }) => type)).toEqual(['binary', 'pong', 'close']);
  });

  test.each<[NonNullable<HandlerOptions['backpressure']>['policy'] & string, string[]]>([
    ['drop-oldest', ['3', '4']],
    ['drop-newest', ['1', '2']],
  ])("'%s' keeps as many as the mailbox takes", async (policy, kept) => {
    const { chat, choke, publish } = await reader({ policy });
    await choke();
    publish('1', '2', '3', '4');
    await chat.resume();
    expect(texts(chat)).toEqual(kept);
    expect(chat.counters).toMatchObject({ dropped: 2, overflowed: 0 });
  });

  test('latest(key) keeps the newest of each key', async () => {
    const { chat, choke, publish } = await reader({ policy: latest((info: string) => info[0]) });
    await choke();
    publish('a1', 'b1', 'a2', 'a3', 'b2');
    await chat.resume();
    expect(texts(chat)).toEqual(['a3', 'b2']);
    expect(chat.counters).toMatchObject({ replaced: 3, dropped: 0 });
  });

  test('messages wait while more waits than the limit, and are handled when it was read', async () => {
    const { chat, choke } = await reader({});
    await choke();
    await chat.send('echo');
    await chat.read(1);
    await chat.resume();
    expect(texts(chat)).toEqual(['echo']);
  });
});
