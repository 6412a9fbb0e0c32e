import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Connection, type HandlerClass, json, OnInit, WebSocketHandler } from 'vaquero';
import { handshake, RawClient, request } from '../support/raw-client.js';
import { start, type TestServer } from '../support/servers.js';

/** Which handler a path leads to, and with which parameters. */

class Tells {
  @OnInit() init(connection: Connection) {
    return json([this.constructor.name, connection.params]);
  }
}

/** A handler for each path, named as its path. */
const serving = (...paths: string[]): Promise<TestServer> => start(paths.map(handlerOf));

function handlerOf(path: string): HandlerClass {
  const handler = { [path]: class extends Tells {} }[path] as HandlerClass;
  WebSocketHandler(path)(handler);
  return handler;
}

let clients: RawClient[] = [];
beforeEach(() => {
  clients = [];
});
afterEach(() => {
  for (const client of clients) client.drop();
});

/** The handler that a path leads to and its parameters, or the status that refuses it. */
async function lead({ url }: TestServer, path: string): Promise<unknown> {
  const { status } = await request(url, handshake(path, { Upgrade: undefined, Connection: 'close' }));
  // Without its upgrade, a request is answered 400 (half a handshake) where there is a handler.
  if (status === 404) return 404;
  const client = await RawClient.open(url, path);
  clients.push(client);
  return JSON.parse(await client.nextText());
}

describe('parameters', () => {
  test('match one segment each, by their names', async () => {
    const server = await serving('/rooms/:room/users/:user');
    expect(await lead(server, '/rooms/blue/users/ann')).toEqual(['/rooms/:room/users/:user', { room: 'blue', user: 'ann' }]);
    expect(await lead(server, '/rooms/blue/users')).toBe(404);
    expect(await lead(server, '/rooms/blue/users/ann/more')).toBe(404);
    expect(await lead(server, '/rooms/blue/green/users/ann')).toBe(404);
  });

  test('of a path without any are an empty object', async () => {
    const server = await serving('/static');
    expect(await lead(server, '/static')).toEqual(['/static', {}]);
  });

  test('that are optional are left out where they are not there', async () => {
    const server = await serving('/pages/:page?');
    expect(await lead(server, '/pages/7')).toEqual(['/pages/:page?', { page: '7' }]);
    expect(await lead(server, '/pages')).toEqual(['/pages/:page?', {}]);
  });

  test('with a pattern match only what fits it', async () => {
    const server = await serving('/orders/:id(\\d+)');
    expect(await lead(server, '/orders/42')).toEqual(['/orders/:id(\\d+)', { id: '42' }]);
    expect(await lead(server, '/orders/forty-two')).toBe(404);
  });

  test.each([
    ['%C3%A4', 'ä'],
    ['a%20b', 'a b'],
    ['a%2Fb', 'a/b'],
    ['%252F', '%2F'],
    ['a+b', 'a+b'],
    ['%00', '\0'],
    ['%F0%9F%90%84', '🐄'],
    ['..%2F..%2Fetc', '../../etc'],
    ['__proto__', '__proto__'],
  ])('are decoded, once: %s', async (given, decoded) => {
    const server = await serving('/x/:name/end');
    expect(await lead(server, `/x/${given}/end`)).toEqual(['/x/:name/end', { name: decoded }]);
  });

  test.each(['%', '%2', '%zz', '%FF', '%C3', '%ED%A0%80'])('that cannot be decoded lead nowhere: %s', async (given) => {
    const server = await serving('/x/:name');
    expect(await lead(server, `/x/${given}`)).toBe(404);
    expect((await request(server.url, handshake(`/x/${given}`))).status).toBe(404);
    expect(server.errors).toEqual([]);
  });
});

describe('wildcards', () => {
  test('match the rest, of any length', async () => {
    const server = await serving('/files/**');
    expect(await lead(server, '/files/a')).toEqual(['/files/**', expect.objectContaining({ 0: 'a' })]);
    expect(await lead(server, '/files/a/b/c.txt')).toEqual(['/files/**', expect.objectContaining({ 0: 'a/b/c.txt' })]);
    expect(await lead(server, '/files')).toEqual(['/files/**', {}]);
    expect(await lead(server, '/filesystem')).toBe(404);
  });

  test('with a name match one segment at least, and are decoded', async () => {
    const server = await serving('/files/**:path');
    expect(await lead(server, '/files/a%20b/c')).toEqual(['/files/**:path', { path: 'a b/c' }]);
    expect(await lead(server, '/files')).toBe(404);
    expect(await lead(server, '/files/a/%zz')).toBe(404);
  });

  test('of one star match as two do', async () => {
    const server = await serving('/any/*');
    expect(await lead(server, '/any/a/b')).toEqual(['/any/*', expect.objectContaining({ 0: 'a/b' })]);
  });
});

describe('where several match', () => {
  const PATHS = ['/**', '/a/**', '/a/:x', '/a/static', '/a/static/:y', '/:top/static'];

  test.each([
    ['in one order', PATHS],
    ['in the other', [...PATHS].reverse()],
  ])('a static segment goes before a parameter, and that before a wildcard, given %s', async (_, paths) => {
    const server = await serving(...paths);
    const handler = async (path: string) => ((await lead(server, path)) as [string])[0];
    expect(await handler('/a/static')).toBe('/a/static');
    expect(await handler('/a/other')).toBe('/a/:x');
    expect(await handler('/a/other/more')).toBe('/a/**');
    expect(await handler('/a/static/7')).toBe('/a/static/:y');
    expect(await handler('/a/static/7/more')).toBe('/a/**');
    expect(await handler('/b/static')).toBe('/:top/static');
    expect(await handler('/b/c')).toBe('/**');
    expect(await handler('/')).toBe('/**');
  });
});

describe('a path', () => {
  test('is matched without its query, and a trailing slash does not count', async () => {
    const server = await serving('/query/:x');
    expect(await lead(server, '/query/1?x=2&path=/other')).toEqual(['/query/:x', { x: '1' }]);
    expect(await lead(server, '/query/1/')).toEqual(['/query/:x', { x: '1' }]);
  });

  test('is matched with the case of its letters', async () => {
    const server = await serving('/Case');
    expect(await lead(server, '/Case')).toEqual(['/Case', {}]);
    expect(await lead(server, '/case')).toBe(404);
  });

  test('may have letters beyond ASCII, which come encoded', async () => {
    const server = await serving('/größe');
    expect(await lead(server, '/gr%C3%B6%C3%9Fe')).toEqual(['/größe', {}]);
  });

  test('that no handler serves is answered 404, with or without an upgrade', async () => {
    const server = await serving('/only');
    for (const path of ['/', '/other', '/only/more', '//only', '/%6Fnly%2F', '*']) {
      expect((await request(server.url, handshake(path))).status).toBe(404);
      expect((await request(server.url, handshake(path, { Upgrade: undefined, Connection: 'close' }))).status).toBe(404);
    }
    expect(server.counters.refused).toBe(6);
    expect(server.connections).toBe(0);
  });
});
