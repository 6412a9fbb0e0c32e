import { createServer, get, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { attach, Connection, OnInfo, OnInit, OnTerminate, OnText, type TerminateReason, WebSocketHandler } from 'vaquero';
import { VirtualClock } from 'vaquero/testing';
import { WebSocket } from 'ws';
import { Events } from '../../support/events.js';
import { closeFrame, frame, handshake, Op, RawClient, request } from '../../support/raw-client.js';
import { recorder, start } from '../../support/servers.js';

/** Ending a server: nobody new, everybody told, every clean-up awaited. */

@WebSocketHandler('/')
class Plain {
  @OnText() text(message: string) {
    return message;
  }
}

describe('close()', () => {
  test('tells every connection with 1012, awaits every @OnTerminate, and resolves when all is over', async () => {
    const ended: TerminateReason[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });

    @WebSocketHandler('/')
    class Presence {
      @OnTerminate() async terminate(reason: TerminateReason) {
        await held;
        ended.push(reason);
      }
    }
    const server = await start([Presence]);
    const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.open(server.url, '/')));
    let closed = false;
    const closing = server.close().then(() => {
      closed = true;
    });
    for (const client of clients) expect(await client.closed).toEqual({ code: 1012, reason: '' });
    expect(server.connections).toBe(20);
    expect(closed).toBe(false);
    release();
    await closing;
    expect(ended).toEqual(Array.from({ length: 20 }, () => ({ type: 'shutdown' })));
    expect(server.connections).toBe(0);
  });

  test('takes no new connection', async () => {
    const server = await start([Plain]);
    const { url } = server;
    await server.close();
    await expect(RawClient.open(url, '/')).rejects.toThrow('refused');
  });

  test('a second call joins the first', async () => {
    const server = await start([Plain]);
    await RawClient.open(server.url, '/');
    const first = server.close();
    expect(server.close({ timeout: 0 })).toBe(first);
    await first;
  });

  test('what was replied before the close frame arrives before it', async () => {
    const heard = new Events<string>();

    @WebSocketHandler('/')
    class Replying {
      @OnText() text(message: string) {
        heard.push(message);
        return ['a', 'b'.repeat(100_000), 'c'];
      }
    }
    const server = await start([Replying]);
    const client = await RawClient.open(server.url, '/');
    client.text('go');
    await heard.next();
    await server.close();
    expect(client.frames.map(({ opcode, payload }) => `${opcode} ${payload.length}`)).toEqual(['1 1', '1 100000', '1 1', '8 2']);
  });

  test('past the deadline, what has not ended is cut and counted', async () => {
    const clock = new VirtualClock();
    const ending = new Events<void>();

    @WebSocketHandler('/')
    class Stuck {
      @OnTerminate() terminate() {
        ending.push();
        return new Promise<void>(() => undefined);
      }
    }
    const server = await start([Stuck], { clock });
    const client = await RawClient.open(server.url, '/');
    const closing = server.close({ timeout: 700 });
    await ending.next();
    await clock.advance(699);
    await client.closed;
    expect(server.counters.cut).toBe(0);
    await clock.advance(1);
    await closing;
    expect(server.counters.cut).toBe(1);
    expect(server.log.filter((line) => !line.startsWith('debug'))).toEqual([
      'warn: Connections that had not ended after 700 ms, and were cut: 1',
    ]);
  });

  test('with a timeout of Infinity it waits as long as it takes', async () => {
    const clock = new VirtualClock();
    const ending = new Events<() => void>();

    @WebSocketHandler('/')
    class Slow {
      @OnTerminate() terminate() {
        return new Promise<void>((resolve) => ending.push(resolve));
      }
    }
    const server = await start([Slow], { clock });
    const client = await RawClient.open(server.url, '/');
    const closing = server.close({ timeout: Number.POSITIVE_INFINITY });
    const release = await ending.next();
    await client.closed;
    await clock.advance(1e9);
    release();
    await closing;
    expect(server.counters.cut).toBe(0);
  });

  test.each([{ timeout: -1 }, { timeout: Number.NaN }, { timeout: '5' }, { spread: Number.POSITIVE_INFINITY }, { wait: 5 }])(
    '%j is refused, and closes nothing',
    async (options) => {
      const server = await start([Plain]);
      await expect(server.close(options as object)).rejects.toMatchObject({ code: 'VAQUERO_INVALID_OPTION' });
      const client = await RawClient.open(server.url, '/');
      client.text('still open');
      expect(await client.nextText()).toBe('still open');
    },
  );

  test('a client that does not answer the close frame is cut too', async () => {
    const clock = new VirtualClock();
    const server = await start([Plain], { clock });
    const socket = connect(Number(new URL(server.url).port), 'localhost');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const opened = new Promise((resolve) => socket.once('data', resolve));
    socket.on('error', () => undefined);
    socket.write(handshake('/'));
    await opened;
    const farewell = new Promise((resolve) => socket.once('data', resolve));
    const closing = server.close({ timeout: 60_000 });
    await farewell;
    await clock.advance(5_000);
    await closing;
    await closed;
    expect(server.counters.cut).toBe(0);
  });

  test('spread: connections are told in batches over the time', async () => {
    const clock = new VirtualClock();
    const ended: number[] = [];

    @WebSocketHandler('/')
    class Handler {
      @OnTerminate() terminate() {
        ended.push(clock.now());
      }
    }
    const server = await start([Handler], { clock });
    for (let i = 0; i < 10; i++) await RawClient.open(server.url, '/');
    const closing = server.close({ spread: 500, timeout: 1_000 });
    const told: number[] = [];
    for (let i = 0; i <= 10; i++) {
      told.push(ended.length);
      await clock.advance(50);
      // Each batch is told when the promise of its moment has resolved.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closing;
    expect(told).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]);
  });

  test('spread: nobody is waited for once all have left', async () => {
    const clock = new VirtualClock();
    const server = await start([Plain], { clock });
    const clients = await Promise.all(Array.from({ length: 10 }, () => RawClient.open(server.url, '/')));
    const closing = server.close({ spread: 60_000 });
    await Promise.all(clients.map((client) => client.close(1000)));
    await closing;
    expect(clock.now()).toBe(0);
  });

  test('a connection that comes while it closes is answered 503 with Retry-After', async () => {
    const clock = new VirtualClock();
    const http = await listening();
    const server = await attach(http, { handlers: [Plain], clock } as never);
    const url = server.url;
    const clients = [await RawClient.open(url, '/'), await RawClient.open(url, '/')];
    const closing = server.close({ spread: 1_000 });
    const { status, headers } = await request(url, handshake('/'));
    expect(status).toBe(503);
    expect(headers['retry-after']).toMatch(/^\d+$/);
    await clock.advance(1_000);
    await Promise.all(clients.map((client) => client.closed));
    await closing;
  });

  test('infos on their way to a connection that ends are counted as discarded', async () => {
    let release: () => void = () => undefined;
    const begun = new Events<void>();

    @WebSocketHandler('/')
    class Busy {
      @OnInit() init(connection: Connection) {
        connection.subscribe('all');
        return 'ready';
      }

      @OnInfo() async info() {
        begun.push();
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }
    }
    const server = await start([Busy]);
    const client = await RawClient.open(server.url, '/');
    await client.next();
    for (let i = 0; i < 3; i++) server.bus.publish('all', i);
    await begun.next();
    const closing = server.close();
    release();
    await closing;
    expect(server.counters.discarded).toBe(2);
  });
});

const httpServers: HttpServer[] = [];

afterEach(() => {
  for (const http of httpServers.splice(0)) {
    http.close();
    http.closeAllConnections();
  }
});

async function listening(http = createServer((_request, response) => response.end('page'))): Promise<HttpServer> {
  httpServers.push(http);
  await new Promise<void>((resolve) => http.listen(0, resolve));
  return http;
}

describe('attach()', () => {
  test('shares an HTTP server: its pages and our sockets, and close leaves it open', async () => {
    const http = await listening();
    const server = await attach(http, { handlers: [Plain] });
    const { port } = http.address() as AddressInfo;
    expect(server.url).toBe(`ws://localhost:${port}`);
    const client = await RawClient.open(server.url, '/');
    client.text('hi');
    expect(await client.nextText()).toBe('hi');
    const page = () =>
      new Promise<string>((resolve, reject) =>
        get(`http://localhost:${port}/`, { agent: false }, (response) =>
          response.once('data', (body) => resolve(String(body))),
        ).once('error', reject),
      );
    expect(await page()).toBe('page');
    await server.close();
    expect((await client.closed).code).toBe(1012);
    expect(await page()).toBe('page');
  });

  test('leaves upgrades for other paths to other listeners', async () => {
    const http = await listening();
    http.on('upgrade', (upgrade, socket) => {
      if (upgrade.url === '/other') socket.end('HTTP/1.1 418 Teapot\r\nConnection: close\r\n\r\n');
    });
    const server = await attach(http, { handlers: [Plain] });
    expect((await request(server.url, handshake('/other'))).status).toBe(418);
    const client = await RawClient.open(server.url, '/');
    await client.close(1000);
    await server.close();
  });

  test('two on one HTTP server serve their own paths', async () => {
    @WebSocketHandler('/second')
    class Second {
      @OnText() text() {
        return 'second';
      }
    }
    const http = await listening();
    const one = await attach(http, { handlers: [Plain] });
    const two = await attach(http, { handlers: [Second] });
    const a = await RawClient.open(one.url, '/');
    const b = await RawClient.open(one.url, '/second');
    a.text('first');
    b.text('?');
    expect([await a.nextText(), await b.nextText()]).toEqual(['first', 'second']);
    expect([one.connections, two.connections]).toEqual([1, 1]);
    await one.close();
    b.text('?');
    expect(await b.nextText()).toBe('second');
    await two.close();
  });

  test('where patterns of two match, the nearer one answers, whichever was attached first', async () => {
    class Named {
      @OnText() text() {
        return this.constructor.name;
      }
    }
    @WebSocketHandler('/rooms/:id')
    class Room extends Named {}
    @WebSocketHandler('/rooms/lobby')
    class Lobby extends Named {}
    const http = await listening();
    for (const handlers of [
      [Room, Lobby],
      [Lobby, Room],
    ]) {
      const servers = [];
      for (const handler of handlers) servers.push(await attach(http, { handlers: [handler] }));
      const url = servers[0]?.url as string;
      for (const [path, name] of [
        ['/rooms/1', 'Room'],
        ['/rooms/lobby', 'Lobby'],
      ] as const) {
        const client = await RawClient.open(url, path);
        client.text('who?');
        expect(await client.nextText()).toBe(name);
        expect(await client.close(1000)).toMatchObject({ code: 1000 });
      }
      await Promise.all(servers.map((server) => server.close()));
    }
  });

  test('alone, or with others of its kind, it answers unknown paths 404', async () => {
    const http = await listening();
    const one = await attach(http, { handlers: [Plain], logger: recorder([]) });
    expect((await request(one.url, handshake('/unknown'))).status).toBe(404);
    const two = await attach(http, { handlers: [], logger: recorder([]) });
    expect((await request(one.url, handshake('/unknown'))).status).toBe(404);
    const client = await RawClient.open(one.url, '/');
    await two.close();
    expect((await request(one.url, handshake('/unknown'))).status).toBe(404);
    await client.close(1000);
    await one.close();
  });
});

test('a client of the field speaks to it: ws, with its own checks of what a server says', async () => {
  const server = await start([Plain], { defaults: { compress: true } });
  const client = new WebSocket(server.url);
  const messages = new Events<string>();
  client.on('message', (data) => messages.push(String(data)));
  await new Promise((resolve) => client.once('open', resolve));
  for (const message of ['one', 'zwölf', 'x'.repeat(200_000)]) {
    client.send(message);
    expect((await messages.next()) === message).toBe(true);
  }
  const closed = new Promise((resolve) => client.once('close', (code, reason) => resolve([code, String(reason)])));
  client.close(4321, 'bye');
  expect(await closed).toEqual([4321, '']);
});

test('a server that closes while frames are read sends no word after its close frame', async () => {
  const server = await start([Plain]);
  const client = await RawClient.open(server.url, '/');
  client.write(...Array.from({ length: 100 }, (_, i) => frame(Op.text, String(i))), closeFrame(1000));
  await Promise.all([client.closed, server.close()]);
  expect(client.frames.filter(({ opcode }) => opcode === Op.close)).toHaveLength(1);
  expect(client.frames.at(-1)?.opcode).toBe(Op.close);
});
