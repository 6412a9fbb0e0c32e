import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { container as globalContainer, injectable, singleton } from 'tsyringe';
import {
  accept,
  Bus,
  Connection,
  close,
  Down,
  type HandlerOptions,
  json,
  OnBinary,
  OnInfo,
  OnInit,
  OnPing,
  OnPong,
  OnTerminate,
  OnText,
  OnUpgrade,
  ping,
  pong,
  type Reply,
  reject,
  shutdownReason,
  type TerminateReason,
  text,
  UpgradeRequest,
  VaqueroError,
  WebSocketHandler,
} from 'vaquero';
import { type MountOptions, mount, SimulatedNetwork, UpgradeRefused, VirtualClock } from 'vaquero/testing';
import { recorder } from '../support/servers.js';

const quiet = { onError: () => undefined, logger: recorder([]) };
const boom = new Error('boom');

@WebSocketHandler('/echo')
class Echo {
  readonly heard: unknown[] = [];

  @OnInit() init() {
    return 'welcome';
  }

  @OnText() async text(message: string): Promise<Reply> {
    this.heard.push(message);
    if (message === 'throw') throw boom;
    if (message === 'close') return ['bye', close(4001, 'enough')];
    return message;
  }

  @OnBinary() binary(payload: Buffer) {
    this.heard.push(payload);
    return payload;
  }

  @OnPing() ping(payload: Buffer) {
    this.heard.push(`ping ${payload}`);
  }

  @OnPong() pong(payload: Buffer) {
    this.heard.push(`pong ${payload}`);
  }

  @OnInfo() info(info: unknown) {
    return json(info as never);
  }

  @OnTerminate() async terminate(reason: TerminateReason) {
    await null;
    this.heard.push(reason);
  }
}

const WELCOME = { type: 'text', payload: 'welcome' } as const;

async function refusal(mounting: Promise<unknown>): Promise<UpgradeRefused> {
  const error = await mounting.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UpgradeRefused);
  return error as UpgradeRefused;
}

describe('frames', () => {
  test('each kind arrives as it was sent, after what @OnInit replied', async () => {
    const chat = await mount(Echo);
    expect(chat.frames).toEqual([WELCOME]);
    chat.send('hi');
    chat.send(Uint8Array.of(1, 2));
    chat.send(Uint8Array.of(3).buffer);
    chat.send(text('grüße'));
    chat.send(ping('there?'));
    await chat.send(pong('here'));
    expect(chat.handler.heard).toEqual(['hi', Buffer.of(1, 2), Buffer.of(3), 'grüße', 'ping there?', 'pong here']);
    expect(await chat.next()).toEqual(WELCOME);
    // The library answers pings itself, and does not wait for the callback that runs.
    expect(await chat.next()).toEqual({ type: 'pong', payload: Buffer.from('there?') });
    expect(await chat.next()).toEqual({ type: 'text', payload: 'hi' });
    expect(chat.frames.slice(3)).toEqual([
      { type: 'binary', payload: Buffer.of(1, 2) },
      { type: 'binary', payload: Buffer.of(3) },
      { type: 'text', payload: 'grüße' },
    ]);
  });

  test.each([0, 125, 126, 65_535, 65_536, 1_000_000])('of %i bytes go both ways', async (size) => {
    const chat = await mount(Echo);
    await chat.next();
    const payload = Buffer.alloc(size, 'x');
    chat.send(payload);
    expect(await chat.next()).toEqual({ type: 'binary', payload });
  });

  test('next() waits for a frame, and each is given once, in the order of the calls', async () => {
    const chat = await mount(Echo);
    const waiting = [chat.next(), chat.next(), chat.next()];
    await chat.info(1);
    await chat.info(2);
    expect(await Promise.all(waiting)).toEqual([WELCOME, { type: 'text', payload: '1' }, { type: 'text', payload: '2' }]);
  });

  test.each<[string, unknown]>([
    ['a number', 7],
    ['nothing', undefined],
    ['a plain object', { type: 'text', payload: 'x' }],
  ])('%s is none', async (_what, message) => {
    const chat = await mount(Echo);
    expect(() => chat.send(message as string)).toThrow(
      expect.objectContaining({
        code: 'VAQUERO_INVALID_FRAME',
        message: expect.stringMatching(/^send\(\) takes a string, bytes, ping\(\) or pong\(\), got /),
      }),
    );
    expect(() => chat.close((message ?? 1005) as number, 'reason')).toThrow(
      expect.objectContaining({ code: 'VAQUERO_INVALID_FRAME' }),
    );
  });
});

describe('the end', () => {
  test.each<[string, number | undefined, string | undefined, unknown, unknown]>([
    ['with a code and reason', 4000, 'bye', { type: 'remote', code: 4000, payload: 'bye' }, { code: 4000, reason: '' }],
    ['with a code', 1001, undefined, { type: 'remote', code: 1001, payload: '' }, { code: 1001, reason: '' }],
    ['without a code', undefined, undefined, { type: 'remote' }, { code: 1005, reason: '' }],
  ])('by the client, %s', async (_how, code, reason, terminated, closed) => {
    const chat = await mount(Echo);
    await chat.close(code, reason);
    expect(await chat.terminated).toEqual(terminated);
    expect(await chat.closed).toEqual(closed);
    expect(chat.handler.heard).toEqual([terminated]);
    expect(chat.frames).toEqual([WELCOME, { type: 'close', ...(closed as object) }]);
  });

  test('by a client that goes without a word', async () => {
    const chat = await mount(Echo);
    await chat.drop();
    expect(await chat.terminated).toEqual({ type: 'error', error: 'closed' });
    expect(await chat.closed).toEqual({ code: 1006, reason: '' });
  });

  test('by the handler, after what it replied', async () => {
    const chat = await mount(Echo);
    await chat.send('close');
    expect(chat.frames).toEqual([WELCOME, { type: 'text', payload: 'bye' }, { type: 'close', code: 4001, reason: 'enough' }]);
    expect(await chat.terminated).toEqual({ type: 'stop' });
    expect(await chat.closed).toEqual({ code: 4001, reason: 'enough' });
  });

  test('by a crash, which is reported and found in errors', async () => {
    const reported: unknown[] = [];
    const chat = await mount(Echo, { onError: (error, { stage }) => reported.push([error, stage]) });
    await chat.send('throw');
    expect(await chat.terminated).toEqual({ type: 'crash', error: boom });
    expect(await chat.closed).toEqual({ code: 1011, reason: '' });
    expect(chat.errors).toEqual([{ error: boom, context: { stage: 'text', handler: 'Echo', method: 'text', path: '/echo' } }]);
    expect(reported).toEqual([[boom, 'text']]);
  });

  test('by a crash is logged where nobody listens', async () => {
    const log: string[] = [];
    const chat = await mount(Echo, { logger: recorder(log) });
    await chat.send('throw');
    expect(log.filter((line) => line.startsWith('error'))).toEqual([expect.stringContaining('boom')]);
  });

  test('by a server that closes', async () => {
    const chat = await mount(Echo);
    await chat.shutdown();
    expect(await chat.terminated).toEqual({ type: 'shutdown' });
    expect(await chat.closed).toEqual({ code: 1012, reason: '' });
  });

  test('terminated waits for a clean-up that takes its time', async () => {
    let cleanedUp: () => void = () => undefined;

    @WebSocketHandler('/')
    class Slow {
      @OnTerminate() terminate() {
        return new Promise<void>((resolve) => {
          cleanedUp = resolve;
        });
      }
    }
    const chat = await mount(Slow);
    let over = false;
    void chat.terminated.then(() => {
      over = true;
    });
    await chat.close(1000);
    expect(over).toBe(false);
    cleanedUp();
    expect(await chat.terminated).toMatchObject({ type: 'remote' });
  });

  test.each<[string, (chat: { close(code?: number): unknown; drop(): unknown; send(m: string): unknown }) => unknown, string]>([
    ['the client closed', (chat) => chat.close(4000), 'the client closed with 4000'],
    ['the client went', (chat) => chat.drop(), 'error closed'],
    ['a callback failed', (chat) => chat.send('throw'), 'a callback failed (boom)'],
    ['the handler closed', (chat) => chat.send('close'), 'reason stop'],
  ])('next() rejects when no frame can come, for %s', async (_why, end, message) => {
    const chat = await mount(Echo, quiet);
    await chat.next();
    await end(chat);
    for (let left = chat.frames.length - 1; left > 0; left--) await chat.next();
    const error = await chat.next().catch((thrown: unknown) => thrown);
    expect(VaqueroError.is(error, 'VAQUERO_NO_FRAME')).toBe(true);
    expect((error as Error).message).toBe(`The connection to Echo has ended, and no frame of it is left: ${message}.`);
    expect((error as Error).cause).toBe(message.includes('boom') ? boom : undefined);
  });

  test('next() that waits already is rejected by the end, and unawaited is no unhandled rejection', async () => {
    const chat = await mount(Echo);
    await chat.next();
    const [closing, waiting] = [chat.next(), chat.next()];
    await chat.close(4000);
    expect(await closing).toEqual({ type: 'close', code: 4000, reason: '' });
    await expect(waiting).rejects.toMatchObject({ code: 'VAQUERO_NO_FRAME' });
  });

  test('next() that is called after the end and not awaited at once is no unhandled rejection either', async () => {
    const chat = await mount(Echo);
    await chat.drop();
    await chat.next();
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const late = chat.next();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    await expect(late).rejects.toMatchObject({ code: 'VAQUERO_NO_FRAME' });
  });

  test('a client that has closed sends nothing', async () => {
    const chat = await mount(Echo);
    chat.close(1000);
    chat.close(4000);
    await chat.send('late');
    expect(chat.handler.heard).toEqual([{ type: 'remote', code: 1000, payload: '' }]);
    await chat.drop();
    await chat.info('late');
    expect(chat.frames).toHaveLength(2);
  });
});

describe('the upgrade', () => {
  let seen: UpgradeRequest[] = [];

  @WebSocketHandler('/rooms/:room/*', { subprotocols: ['v2.chat', 'v1.chat'] })
  class Room {
    constructor(readonly connection: Connection<{ room: string }>) {}

    @OnUpgrade() async admit(request: UpgradeRequest) {
      seen.push(request);
      await null;
      if (request.headers.authorization === 'nobody')
        return reject(401, { body: 'Who are you?', headers: { 'www-authenticate': 'Basic', 'set-cookie': ['a=1', 'b=2'] } });
      if (request.query === 'throw') throw boom;
      return accept({ headers: { 'x-served-by': 'me' } });
    }

    @OnInit() init() {
      return `${this.connection.params.room} ${this.connection.subprotocol}`;
    }

    @OnTerminate() terminate(reason: TerminateReason) {
      ended.push(reason);
    }
  }
  let ended: TerminateReason[] = [];

  const knock = (options: MountOptions = {}) => {
    seen = [];
    ended = [];
    return mount(Room, { path: '/rooms/lobby/x', ...quiet, ...options });
  };

  test('has path, parameters, query, headers and peer', async () => {
    const chat = await knock({
      path: '/rooms/d%C3%A9n/a/b?x=1',
      headers: { Authorization: 'me', Origin: 'http://localhost' },
      peer: { address: '10.0.0.7', port: 7 },
    });
    expect(seen).toMatchObject([
      {
        method: 'GET',
        scheme: 'ws',
        host: 'localhost',
        path: '/rooms/d%C3%A9n/a/b',
        query: 'x=1',
        params: { room: 'dén' },
        origin: 'http://localhost',
        peer: { address: '10.0.0.7', port: 7 },
        version: 13,
      },
    ]);
    expect(seen[0]?.headers.authorization).toBe('me');
    expect(chat.connection.request.path).toBe('/rooms/d%C3%A9n/a/b');
    expect(chat.handler.connection).toBe(chat.connection);
    expect(await chat.next()).toEqual({ type: 'text', payload: 'dén undefined' });
  });

  test('chooses a sub-protocol, and shows the response', async () => {
    const chat = await knock({ headers: { 'Sec-WebSocket-Protocol': 'v1.chat, v2.chat' } });
    expect(await chat.next()).toEqual({ type: 'text', payload: 'lobby v2.chat' });
    expect(chat.response).toMatchObject({
      status: 101,
      headers: { 'x-served-by': 'me', 'sec-websocket-protocol': 'v2.chat' },
      body: '',
    });
  });

  test('refused by @OnUpgrade shows status, headers and body', async () => {
    const error = await refusal(knock({ headers: { authorization: 'nobody' } }));
    expect(VaqueroError.is(error, 'VAQUERO_UPGRADE_REFUSED')).toBe(true);
    expect(error).toMatchObject({
      status: 401,
      body: 'Who are you?',
      headers: { 'www-authenticate': 'Basic', 'set-cookie': ['a=1', 'b=2'] },
      message: 'Room at /rooms/lobby/x was refused with 401: Who are you?',
    });
    expect(error).not.toHaveProperty('cause');
    expect(ended).toEqual([{ type: 'normal' }]);
  });

  test('refused by a crash is 500, with what was thrown as the cause', async () => {
    const error = await refusal(knock({ path: '/rooms/lobby/x?throw' }));
    expect(error).toMatchObject({ status: 500, cause: boom });
  });

  test('from another origin is 403', async () => {
    expect(await refusal(knock({ headers: { origin: 'https://evil.example' } }))).toMatchObject({ status: 403 });
  });

  test('to a path that the handler does not serve is 404', async () => {
    expect(await refusal(knock({ path: '/rooms' }))).toMatchObject({ status: 404 });
  });

  test.each<[string, Record<string, string>, number]>([
    ['of another version', { 'sec-websocket-version': '12' }, 426],
    ['without a proper key', { 'Sec-WebSocket-Key': 'short' }, 400],
    ['with a host that is none', { host: 'a b' }, 400],
  ])('%s is refused as over the wire', async (_what, headers, status) => {
    expect(await refusal(knock({ headers }))).toMatchObject({ status });
  });

  test('that is decided on for too long is 503, by the clock', async () => {
    @WebSocketHandler('/')
    class Thinking {
      @OnUpgrade() admit() {
        return new Promise<void>(() => undefined);
      }
    }
    const clock = new VirtualClock();
    const refused = refusal(mount(Thinking, { clock, handshakeTimeout: 2_000 }));
    await clock.advance(2_000);
    expect(await refused).toMatchObject({ status: 503, headers: { 'retry-after': '10' } });
  });

  test("takes headers with all that HTTP allows in them, and a clock of one's own", async () => {
    const headers = Object.fromEntries(new Headers({ 'x-!#$%': 'tab\t~', authorization: 'me' }));
    const { now, setTimeout, clearTimeout } = new VirtualClock();
    const own = new VirtualClock();
    const clock = { now: now.bind(own), setTimeout: setTimeout.bind(own), clearTimeout: clearTimeout.bind(own) };
    await knock({ headers: { ...headers, 'x-latin': 'é' }, clock });
    expect(seen[0]?.headers).toMatchObject({ 'x-!#$%': 'tab\t~', 'x-latin': 'é', authorization: 'me' });
  });

  test('goes by the options, defaults and the requestFilter', async () => {
    const defaults: HandlerOptions = {
      origins: ['https://good.example'],
      requestFilter: ({ headers }) => ({ host: String(headers['x-who']) }),
    };
    const headers = { origin: 'https://good.example', 'x-who': 'me' };
    expect((await knock({ defaults, headers })).connection.request).toEqual({ host: 'me' });
  });

  test.each<[string, MountOptions, string]>([
    ['no path where the handler has parameters', {}, 'mount(): Room serves the string "/rooms/:room/*", which is many paths.'],
    [
      'a path that is none',
      { path: 'rooms' },
      'mount(): option path must be a string that starts with \'/\', got the string "rooms"',
    ],
    ['a header that is no string', { headers: { a: 1 as never } }, 'mount(): option headers must be an object of strings'],
    ['an offer to compress', { headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate' } }, 'nothing is compressed here'],
    ['a peer without a port', { peer: { address: '::1' } as never }, 'option peer must be an object with address and port'],
    ['a peer that is none', { peer: 'me' as never }, 'mount(): option peer must be an object with address and port'],
    ['pongs that are no flag', { pongs: 1 as never }, 'mount(): option pongs must be true or false'],
    ['a header of another kind', { headers: new Headers({ cookie: 'a=1' }) as never }, 'such as Object.fromEntries(headers)'],
    ['a header whose name HTTP forbids', { headers: { 'a b': '1' } }, 'headers as HTTP has them, and "a b" is none'],
    ['a header whose value HTTP forbids', { headers: { a: '1\r\nb: 2' } }, 'headers as HTTP has them, and "a" is none'],
    [
      'an option that there is not',
      { header: {} } as never,
      'mount(): unknown option header; there are path, headers, peer, pongs, timeout, clock, container, bus, defaults, logger, onError, ' +
        'handshakeTimeout, trustProxy.',
    ],
    ['a port', { path: '/rooms/a/b', port: 80 } as never, 'mount(): unknown option port'],
    ['handlers beside the one', { path: '/rooms/a/b', handlers: [] } as never, 'mount(): unknown option handlers'],
    ['no object', null as never, 'mount(): options must be an object, got null.'],
    [
      'the class of a clock',
      { clock: VirtualClock as never },
      'option clock must be a clock, such as new VirtualClock(), got the',
    ],
    ['half a clock', { clock: { now: () => 0 } as never }, 'option clock must be a clock'],
  ])('%s is an error of its own', async (_what, options, message) => {
    const error = await mount(Room, options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'VAQUERO_INVALID_OPTION', message: expect.stringContaining(message) });
  });

  test('of a class with faults is the error that serve has', async () => {
    class Undecorated {}
    await expect(mount(Undecorated)).rejects.toMatchObject({ code: 'VAQUERO_INVALID_HANDLER' });
  });
});

describe('container and bus', () => {
  class Moved {
    constructor(readonly price: number) {}
  }

  @singleton()
  class Prices {
    constructor(private readonly bus: Bus) {}

    moved(price: number) {
      this.bus.publish('prices', new Moved(price));
    }
  }

  @injectable()
  class Clerk {
    constructor(readonly prices: Prices) {}
  }

  @WebSocketHandler('/prices')
  class PricesHandler {
    constructor(
      private readonly connection: Connection,
      readonly clerk: Clerk,
    ) {}

    @OnInit() init() {
      this.connection.subscribe('prices');
    }

    @OnText() watch(ref: string) {
      this.connection.monitor(ref as never);
    }

    @OnInfo() moved({ price }: Moved) {
      return String(price);
    }

    @OnInfo() down({ reason }: Down) {
      return json({ reason: reason as never });
    }
  }

  test('without any, services and all mounts share those that serve would use', async () => {
    const [ann, bob] = [await mount(PricesHandler), await mount(PricesHandler)];
    globalContainer.resolve(Prices).moved(7);
    expect(await ann.next()).toEqual({ type: 'text', payload: '7' });
    expect(await bob.next()).toEqual({ type: 'text', payload: '7' });
    expect(ann.bus).toBe(bob.bus);
    expect(ann.handler.clerk.prices).toBe(bob.handler.clerk.prices);
    expect(ann.handler).not.toBe(bob.handler);
  });

  test('a container gives what it was told to', async () => {
    const container = globalContainer.createChildContainer();
    const prices = new Prices(new Bus());
    container.registerInstance(Prices, prices);
    expect((await mount(PricesHandler, { container })).handler.clerk.prices).toBe(prices);
  });

  /** A bus, and a container whose prices are moved on it. */
  function withPrices(bus: Bus): MountOptions {
    const container = globalContainer.createChildContainer();
    container.registerSingleton(Prices);
    return { bus, container };
  }

  test('a singleton that publishes on another bus is refused', async () => {
    await mount(PricesHandler);
    await expect(mount(PricesHandler, { bus: new Bus() })).rejects.toMatchObject({ code: 'VAQUERO_BUS_CONFLICT' });
  });

  test('a bus that cannot connect is left out of the container', async () => {
    const clock = new VirtualClock();
    const network = new SimulatedNetwork({ clock });
    const bus = network.bus();
    network.kill(bus);
    const options = withPrices(bus);
    await expect(mount(PricesHandler, options)).rejects.toMatchObject({ code: 'VAQUERO_BUS_UNAVAILABLE' });
    const other = new Bus();
    const mounted = await mount(PricesHandler, { ...options, bus: other });
    expect(mounted.bus).toBe(other);
  });

  test('mounts on one bus hear each other, and no others', async () => {
    const bus = new Bus();
    const [ann, bob] = [await mount(PricesHandler, withPrices(bus)), await mount(PricesHandler, withPrices(bus))];
    const other = await mount(PricesHandler, withPrices(new Bus()));
    bus.publish('prices', new Moved(1));
    bus.send(bob.ref, new Moved(2));
    await ann.send(bob.ref);
    await bob.info(shutdownReason('tired'));
    await bob.shutdown();
    expect(await ann.next()).toEqual({ type: 'text', payload: '1' });
    expect(await bob.next()).toEqual({ type: 'text', payload: '1' });
    expect(await bob.next()).toEqual({ type: 'text', payload: '2' });
    expect(await ann.next()).toEqual({ type: 'text', payload: '{"reason":"tired"}' });
    expect(other.frames).toEqual([]);
  });
});
