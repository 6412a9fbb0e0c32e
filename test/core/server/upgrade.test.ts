import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import {
  accept,
  Connection,
  OnInit,
  OnTerminate,
  OnText,
  OnUpgrade,
  reject,
  type TerminateReason,
  UpgradeRequest,
  WebSocketHandler,
} from 'vaquero';
import { VirtualClock } from 'vaquero/testing';
import { DOORS } from '../../support/doors.js';
import { Events } from '../../support/events.js';
import { handshake, KEY, RawClient, type Response, request } from '../../support/raw-client.js';
import { start } from '../../support/servers.js';

@WebSocketHandler('/plain')
class Plain {
  @OnText() text(message: string) {
    return message;
  }
}

/** What a handshake is answered that has other headers, or not all; the server goes on in any case. */
async function answerTo(headers: Record<string, string | undefined>, path = '/plain', method = 'GET'): Promise<Response> {
  const server = await start([Plain]);
  const response = await request(server.url, handshake(path, headers, method));
  expect(server.errors).toEqual([]);
  const client = await RawClient.open(server.url, '/plain');
  client.text('still here');
  expect(await client.nextText()).toBe('still here');
  return response;
}

describe('the opening handshake', () => {
  test('is answered as RFC 6455 says', async () => {
    const server = await start([Plain]);
    const { response } = await RawClient.open(server.url, '/plain');
    const key = createHash('sha1').update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    expect(response.headers).toEqual({ upgrade: 'websocket', connection: 'Upgrade', 'sec-websocket-accept': key });
  });

  test.each(['7', '8', '13'])('version %s is spoken', async (version) => {
    const server = await start([Plain]);
    const client = await RawClient.open(server.url, '/plain', { headers: { 'Sec-WebSocket-Version': version } });
    client.text('hi');
    expect(await client.nextText()).toBe('hi');
  });

  test.each(['0', '1', '6', '9', '12', '14', '99', 'x', '0xd', '1e1', '13.0', '13, 8'])(
    'version %s is answered 426 with those that are',
    async (version) => {
      const { status, headers } = await answerTo({ 'Sec-WebSocket-Version': version });
      expect(status).toBe(426);
      expect(headers).toMatchObject({ upgrade: 'websocket', 'sec-websocket-version': '13, 8, 7' });
    },
  );

  test('hixie-76, which has no version, is refused with 400', async () => {
    const server = await start([Plain]);
    const bytes = [
      'GET /plain HTTP/1.1',
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: WebSocket',
      'Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5',
      'Sec-WebSocket-Key2: 12998 5 Y3 1  .P00',
      'Origin: http://localhost',
      '',
      '^n:ds[4U',
    ].join('\r\n');
    expect((await request(server.url, bytes)).status).toBe(400);
  });

  test('an unknown path is answered 404', async () => {
    expect((await answerTo({}, '/unknown')).status).toBe(404);
    expect((await answerTo({ Upgrade: undefined, Connection: 'close' }, '/unknown')).status).toBe(404);
  });

  test('a plain GET is answered 426 with Upgrade: websocket', async () => {
    const plain = { Upgrade: undefined, 'Sec-WebSocket-Version': undefined, 'Sec-WebSocket-Key': undefined };
    const { status, headers } = await answerTo({ ...plain, Connection: 'close' });
    expect(status).toBe(426);
    expect(headers).toMatchObject({ upgrade: 'websocket', 'sec-websocket-version': '13, 8, 7' });
  });

  test('an upgrade to something else is answered 426', async () => {
    expect((await answerTo({ Upgrade: 'h2c' })).status).toBe(426);
  });

  const MALFORMED: Record<string, Record<string, string | undefined>> = {
    'a host that is none': { Host: 'a b' },
    'a port that is none': { Host: 'a:99999' },
    'no version': { 'Sec-WebSocket-Version': undefined },
    'no key': { 'Sec-WebSocket-Key': undefined },
    'a key of 15 bytes': { 'Sec-WebSocket-Key': Buffer.alloc(15).toString('base64') },
    'a key of 17 bytes': { 'Sec-WebSocket-Key': Buffer.alloc(17).toString('base64') },
    'a key that is not base64': { 'Sec-WebSocket-Key': '*'.repeat(22).concat('==') },
    'no Connection: Upgrade': { Connection: 'close' },
    'sub-protocols that are no tokens': { 'Sec-WebSocket-Protocol': 'a b' },
    'a sub-protocol twice': { 'Sec-WebSocket-Protocol': 'a, a' },
  };

  test.each(Object.entries(MALFORMED))('with %s is malformed: 400', async (_name, headers) => {
    expect((await answerTo(headers)).status).toBe(400);
  });

  test.each(['POST', 'PUT', 'HEAD'])('by %s is malformed: 400', async (method) => {
    expect((await answerTo({}, '/plain', method)).status).toBe(400);
  });

  test('by HTTP/1.0 is malformed: 400', async () => {
    const server = await start([Plain]);
    expect((await request(server.url, handshake('/plain').replace('HTTP/1.1', 'HTTP/1.0'))).status).toBe(400);
  });

  test('bytes that are no HTTP are answered 400', async () => {
    const server = await start([Plain]);
    expect((await request(server.url, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n')).status).toBe(400);
  });
});

describe.each(DOORS)('$name', (door) => {
  describe('@OnUpgrade', () => {
    const answers = new Map<string, () => unknown>();
    let seen = new Events<UpgradeRequest>();

    @WebSocketHandler('/rooms/:room/*', { subprotocols: ['v2.chat', 'v1.chat'] })
    class Door {
      @OnUpgrade() admit(request: UpgradeRequest) {
        seen.push(request);
        return answers.get(request.params.room as string)?.() as undefined;
      }

      @OnInit() init(connection: Connection<{ room: string }>) {
        return `${connection.params.room} ${connection.subprotocol}`;
      }
    }

    const knock = async (answer: () => unknown, headers: Record<string, string> = {}) => {
      seen = new Events();
      answers.set('den', answer);
      const server = await door.open([Door]);
      return {
        server,
        ask: () => server.knock('/rooms/den/x', headers),
        open: () => server.visit('/rooms/den/x', headers),
      };
    };

    test.each<[string, () => unknown]>([
      ['nothing', () => undefined],
      ['a promise of nothing', async () => undefined],
      ['accept()', () => accept()],
      ['a promise of accept()', async () => accept()],
    ])('answering %s goes on', async (_name, answer) => {
      const { open } = await knock(answer);
      expect(await (await open()).nextText()).toBe('den undefined');
    });

    test('sees method, scheme, host, path, query, headers, peer, params, sub-protocols, version and origin', async () => {
      const { server } = await knock(() => undefined);
      const headers = {
        'X-Token': 'abc',
        'Sec-WebSocket-Protocol': 'v1.chat, other',
        Origin: 'http://example.org:81',
        Host: 'example.org:81',
      };
      await server.visit('/rooms/d%C3%A9n/a/b%20c?x=1&y', headers);
      const request = await seen.next();
      expect(request).toMatchObject({
        method: 'GET',
        scheme: 'ws',
        host: 'example.org:81',
        path: '/rooms/d%C3%A9n/a/b%20c',
        query: 'x=1&y',
        params: { room: 'dén' },
        subprotocols: ['v1.chat', 'other'],
        version: 13,
        origin: 'http://example.org:81',
      });
      expect(request.headers['x-token']).toBe('abc');
      expect(request.peer.port).toBeGreaterThan(0);
      expect(request.url.searchParams.get('x')).toBe('1');
    });

    test('accept can add headers, several of one name too', async () => {
      const { open } = await knock(() => accept({ headers: { 'X-Served-By': 'me', 'Set-Cookie': ['a=1', 'b=2'] } }));
      const { response } = await open();
      expect(response.headers).toMatchObject({ 'x-served-by': 'me', 'set-cookie': ['a=1', 'b=2'] });
    });

    test.each<[string | undefined, unknown, string | undefined]>([
      ['v1.chat, v2.chat', undefined, 'v2.chat'],
      ['v1.chat', undefined, 'v1.chat'],
      ['other', undefined, undefined],
      [undefined, undefined, undefined],
      ['v1.chat, own', { subprotocol: 'own' }, 'own'],
    ])('of the sub-protocols %s, with accept(%j), %s is chosen', async (offered, options, chosen) => {
      const { open } = await knock(
        () => (options === undefined ? undefined : accept(options as object)),
        offered === undefined ? {} : { 'Sec-WebSocket-Protocol': offered },
      );
      const client = await open();
      expect(client.response.headers['sec-websocket-protocol']).toBe(chosen);
      expect(await client.nextText()).toBe(`den ${chosen}`);
    });

    test('accepting a sub-protocol that was not offered fails the upgrade with 500', async () => {
      const { server, ask } = await knock(() => accept({ subprotocol: 'mine' }), { 'Sec-WebSocket-Protocol': 'theirs' });
      expect((await ask()).status).toBe(500);
      const context = { stage: 'upgrade', handler: 'Door', method: 'admit', path: '/rooms/den/x' };
      expect(server.errors).toMatchObject([{ error: { code: 'VAQUERO_INVALID_UPGRADE_ANSWER' }, context }]);
    });

    test.each([300, 401, 403, 404, 429, 503, 599])('reject(%i) answers that, with headers and body', async (status) => {
      const { ask } = await knock(async () =>
        reject(status, { headers: { 'X-Why': 'because', 'Retry-After': '7' }, body: 'Nö.' }),
      );
      const response = await ask();
      expect(response.status).toBe(status);
      expect(response.headers).toMatchObject({
        'x-why': 'because',
        'retry-after': '7',
        'content-type': 'text/plain; charset=utf-8',
      });
      expect(response.body).toBe('Nö.');
    });

    test.each<[string, () => unknown]>([
      ['reject(200)', () => reject(200)],
      ['reject(299)', () => reject(299)],
      ['reject(600)', () => reject(600)],
      ['a header with a line break', () => reject(403, { headers: { 'x-evil': 'a\r\nSet-Cookie: b' } })],
      ['a header name with a space', () => accept({ headers: { 'x evil': 'a' } })],
      ['a header that is no string', () => accept({ headers: { x: 1 as never } })],
      ['a string', () => 'come in'],
      ['true', () => true],
      ['a plain object', () => ({ status: 200 })],
    ])('%s is an error that is reported, and 500', async (_name, answer) => {
      const { server, ask } = await knock(answer);
      const response = await ask();
      expect(response.status).toBe(500);
      expect(response.headers['set-cookie']).toBeUndefined();
      expect(server.errors).toMatchObject([
        { error: { code: 'VAQUERO_INVALID_UPGRADE_ANSWER' }, context: { stage: 'upgrade', handler: 'Door', method: 'admit' } },
      ]);
    });
  });

  describe('what of the request is kept', () => {
    test('by default method, URL parts and peer', async () => {
      const kept = new Events<unknown>();

      @WebSocketHandler('/keep')
      class Keeping {
        @OnTerminate() terminate(_reason: TerminateReason, { request }: Connection) {
          kept.push(request);
        }
      }
      const server = await door.open([Keeping]);
      const client = await server.visit('/keep?a=b', { Authorization: 'secret' });
      await client.close(1000);
      const request = await kept.next();
      expect(request).toEqual({
        method: 'GET',
        scheme: 'ws',
        host: 'localhost',
        path: '/keep',
        query: 'a=b',
        peer: { address: expect.any(String), port: expect.any(Number) },
      });
    });

    test('what requestFilter says', async () => {
      const kept = new Events<unknown>();

      @WebSocketHandler('/keep', { requestFilter: ({ headers }) => ({ headers: { 'x-id': headers['x-id'] } }) })
      class Filtering {
        @OnTerminate() terminate(_reason: TerminateReason, { request }: Connection) {
          kept.push(request);
        }
      }
      const server = await door.open([Filtering]);
      const client = await server.visit('/keep', { 'X-Id': '7' });
      await client.close(1000);
      expect(await kept.next()).toEqual({ headers: { 'x-id': '7' } });
    });

    test('a requestFilter that throws fails the upgrade with 500, and is reported', async () => {
      @WebSocketHandler('/keep', {
        requestFilter: () => {
          throw new Error('filter');
        },
      })
      class Failing {}
      const server = await door.open([Failing]);
      expect((await server.knock('/keep')).status).toBe(500);
      expect(server.errors).toMatchObject([{ error: { message: 'filter' } }]);
      expect(server.connections).toBe(0);
    });
  });
});

describe('while @OnUpgrade thinks', () => {
  const ended = new Events<TerminateReason>();
  const thinking = new Events<void>();

  @WebSocketHandler('/')
  class Thinking {
    @OnUpgrade() admit(_request: UpgradeRequest, { signal }: Connection) {
      thinking.push();
      return new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)));
    }

    @OnInit() init() {
      throw new Error('opened');
    }

    @OnTerminate() terminate(reason: TerminateReason) {
      ended.push(reason);
    }
  }

  test('a client may go: the handler ends, and is never opened', async () => {
    const server = await start([Thinking]);
    const socket = connect(Number(new URL(server.url).port), 'localhost');
    socket.write(handshake('/'));
    await thinking.next();
    expect(server.connections).toBe(1);
    socket.resetAndDestroy();
    expect(await ended.next()).toEqual({ type: 'error', error: 'closed' });
    await server.close();
    expect(server.errors).toEqual([]);
  });

  test('a client may go in peace too, and what it said before it is let in is not lost', async () => {
    const server = await start([Thinking]);
    const socket = connect(Number(new URL(server.url).port), 'localhost');
    socket.on('error', () => undefined);
    socket.write(handshake('/'));
    await thinking.next();
    socket.end('bytes');
    expect(await ended.next()).toEqual({ type: 'error', error: 'closed' });
    await server.close();
    expect(server.errors).toEqual([]);
  });

  test('the server may close: it is answered 503', async () => {
    const server = await start([Thinking]);
    const response = request(server.url, handshake('/'));
    await thinking.next();
    const closing = server.close({ timeout: 30_000 });
    expect(await ended.next()).toEqual({ type: 'shutdown' });
    expect((await response).status).toBe(503);
    await closing;
    expect(server.errors).toEqual([]);
  });

  test('too long is answered 503, and ends the handler', async () => {
    const clock = new VirtualClock();
    const server = await start([Thinking], { clock, handshakeTimeout: 60_000 });
    const response = request(server.url, handshake('/'));
    await thinking.next();
    await clock.advance(60_000);
    expect(await ended.next()).toEqual({ type: 'timeout' });
    expect((await response).status).toBe(503);
    expect(server.errors).toEqual([]);
  });
});
