import { describe, expect, test } from '@jest/globals';
import { type HandlerOptions, OnInit, type ServeOptions, UpgradeRequest, WebSocketHandler } from 'vaquero';
import { DOORS } from '../../support/doors.js';

/** Who may connect: the page's origin, and what proxies say of the client; over a socket and mounted. */

describe.each(DOORS)('$name', (door) => {
  async function status(
    options: HandlerOptions,
    headers: Record<string, string>,
    serveOptions: Partial<ServeOptions> = {},
  ): Promise<number> {
    @WebSocketHandler('/', options)
    class Handler {}
    const server = await door.open([Handler], serveOptions);
    return (await server.knock('/', headers)).status;
  }

  describe('same-origin, the default', () => {
    test.each<[string, Record<string, string>, number]>([
      ['no Origin at all, which is no browser', {}, 101],
      ['the same host', { Host: 'example.org', Origin: 'http://example.org' }, 101],
      ['the same host and port', { Host: 'example.org:8080', Origin: 'http://example.org:8080' }, 101],
      ['the same host with its default port', { Host: 'example.org:80', Origin: 'http://example.org' }, 101],
      ['another case', { Host: 'EXAMPLE.org', Origin: 'http://example.ORG' }, 101],
      ['a page over TLS, behind a proxy that ends it', { Host: 'example.org', Origin: 'https://example.org' }, 101],
      ['another host', { Host: 'example.org', Origin: 'http://evil.org' }, 403],
      ['another port', { Host: 'example.org:8080', Origin: 'http://example.org:9090' }, 403],
      ['a sub-domain', { Host: 'example.org', Origin: 'http://a.example.org' }, 403],
      ['a host that begins alike', { Host: 'example.org', Origin: 'http://example.org.evil.com' }, 403],
      ['null', { Host: 'example.org', Origin: 'null' }, 403],
      ['no origin but words', { Host: 'example.org', Origin: 'not an origin' }, 403],
      ['an empty one', { Host: 'example.org', Origin: '' }, 403],
      ['a file', { Host: 'example.org', Origin: 'file://' }, 403],
    ])('%s', async (_name, headers, expected) => {
      expect(await status({}, headers)).toBe(expected);
    });

    test('in the drafts it is Sec-WebSocket-Origin', async () => {
      const draft = { Host: 'example.org', 'Sec-WebSocket-Version': '8' };
      expect(await status({}, { ...draft, 'Sec-WebSocket-Origin': 'http://evil.org' })).toBe(403);
      expect(await status({}, { ...draft, 'Sec-WebSocket-Origin': 'http://example.org' })).toBe(101);
      expect(await status({}, { ...draft, 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Origin': 'http://evil.org' })).toBe(101);
    });
  });

  describe('origins', () => {
    test.each<[HandlerOptions['origins'], string, number]>([
      ['*', 'http://evil.org', 101],
      [['https://example.org'], 'https://example.org', 101],
      [['https://example.org'], 'https://EXAMPLE.org', 101],
      [['https://example.org'], 'http://example.org', 403],
      [['https://example.org'], 'https://example.org.evil.com', 403],
      [[/^https:\/\/[a-z]+\.example\.org$/], 'https://app.example.org', 101],
      [[/^https:\/\/[a-z]+\.example\.org$/g], 'https://app.example.org', 101],
      [[/^https:\/\/[a-z]+\.example\.org$/], 'https://evil.org', 403],
      [[], 'http://localhost', 403],
      [(origin) => origin.endsWith('.org'), 'http://example.org', 101],
      [(origin) => origin.endsWith('.org'), 'http://example.com', 403],
      [(_origin, { path }) => path === '/', 'http://any.where', 101],
    ])('%s and %s', async (origins, origin, expected) => {
      expect(await status({ origins: origins as never }, { Origin: origin })).toBe(expected);
    });

    test('a function that throws lets nobody in, and is reported', async () => {
      @WebSocketHandler('/', {
        origins: () => {
          throw new Error('origins');
        },
      })
      class Handler {}
      const server = await door.open([Handler]);
      expect((await server.knock('/', { Origin: 'http://a.b' })).status).toBe(500);
      expect(server.errors).toMatchObject([{ error: { message: 'origins' } }]);
    });
  });

  test('a function that answers a promise lets nobody in, and is reported', async () => {
    @WebSocketHandler('/', { origins: (async () => true) as never })
    class Handler {}
    const server = await door.open([Handler]);
    expect((await server.knock('/', { Origin: 'http://a.b' })).status).toBe(500);
    expect(server.errors).toMatchObject([{ error: { code: 'VAQUERO_INVALID_OPTION' } }]);
  });

  describe('trustProxy', () => {
    async function seen(trustProxy: boolean | number, headers: Record<string, string>) {
      let whence: unknown;

      @WebSocketHandler('/')
      class Handler {
        constructor(request: UpgradeRequest) {
          whence = { address: request.peer.address.replace('::ffff:', ''), host: request.host, scheme: request.scheme };
        }
      }
      const server = await door.open([Handler], { trustProxy });
      const response = await server.knock('/', headers);
      return { whence, status: response.status };
    }
    const forwarded = {
      'X-Forwarded-For': '6.6.6.6, 1.2.3.4',
      'X-Forwarded-Host': 'evil.org, example.org',
      'X-Forwarded-Proto': 'http, https',
    };

    test('off by default: the headers are not believed', async () => {
      const { whence } = await seen(false, forwarded);
      expect(whence).toEqual({ address: expect.stringMatching(/^(::1|127\.0\.0\.1)$/), host: 'localhost', scheme: 'ws' });
    });

    test('with one proxy, the last entries are what it saw', async () => {
      expect((await seen(true, forwarded)).whence).toEqual({ address: '1.2.3.4', host: 'example.org', scheme: 'wss' });
      expect((await seen(1, forwarded)).whence).toEqual({ address: '1.2.3.4', host: 'example.org', scheme: 'wss' });
    });

    test('with two, the last but one', async () => {
      expect((await seen(2, forwarded)).whence).toEqual({ address: '6.6.6.6', host: 'evil.org', scheme: 'ws' });
    });

    test('same-origin goes by the forwarded host and scheme', async () => {
      const same = { ...forwarded, Origin: 'https://example.org' };
      expect((await seen(true, same)).status).toBe(101);
      expect((await seen(false, same)).status).toBe(403);
      expect((await seen(true, { ...same, Origin: 'http://example.org' })).status).toBe(403);
      expect((await seen(true, { ...same, Origin: 'https://evil.org' })).status).toBe(403);
    });
  });

  test('what a client wrote reaches a log in quotes, with no line break of its own', async () => {
    @WebSocketHandler('/:name')
    class Handler {
      @OnInit() init() {
        throw new Error('crashed');
      }
    }
    const server = await door.open([Handler], { onError: undefined as never });
    await server.knock('/a%0d%0aERROR?q=1', { 'X-Evil': 'b' });
    await server.close();
    const [line, ...more] = server.log.filter((one) => one.startsWith('error'));
    expect(more).toEqual([]);
    expect(line?.split('\n')[0]).toContain('"/a%0d%0aERROR"');
    expect(line).not.toContain('\r');
  });

  test('what a client wrote is in no response', async () => {
    const client = '<script>alert(1)</script>';
    const headers = { 'Sec-WebSocket-Protocol': client, 'Sec-WebSocket-Key': client, Origin: client, 'X-Any': client };

    @WebSocketHandler('/')
    class Handler {}
    const server = await door.open([Handler]);
    for (const path of [`/${client}`, '/']) {
      const response = await server.knock(path, headers);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(JSON.stringify(response)).not.toContain('script');
    }
  });
});
