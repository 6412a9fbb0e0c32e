import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { OnText, OnUpgrade, WebSocketHandler } from 'vaquero';
import { until } from '../../support/events.js';
import { handshake, RawClient, request } from '../../support/raw-client.js';
import { start, type TestServer } from '../../support/servers.js';

/** How many a server lets in, on both sides of each limit. */

@WebSocketHandler('/')
class Plain {
  @OnText() text(message: string) {
    return message;
  }
}

let decide: (() => void)[] = [];

@WebSocketHandler('/thinking')
class Thinking {
  @OnUpgrade() admit() {
    return new Promise<undefined>((resolve) => decide.push(() => resolve(undefined)));
  }
}

async function refused(server: TestServer, headers: Record<string, string> = {}, path = '/'): Promise<void> {
  const response = await request(server.url, handshake(path, headers));
  expect(response.status).toBe(503);
  expect(response.headers['retry-after']).toMatch(/^\d+$/);
}

test('maxConnections: more are answered 503 with Retry-After, until one has ended', async () => {
  const server = await start([Plain], { maxConnections: 2 });
  const first = await RawClient.open(server.url, '/');
  const second = await RawClient.open(server.url, '/');
  await refused(server);
  expect(server.counters).toMatchObject({ opened: 2, refused: 1 });
  await first.close(1000);
  const third = await RawClient.open(server.url, '/');
  for (const client of [second, third]) {
    client.text('in');
    expect(await client.nextText()).toBe('in');
  }
});

test('maxConnectionsPerAddress: by the address that trusted proxies forward', async () => {
  const server = await start([Plain], { maxConnectionsPerAddress: 2, trustProxy: true });
  const from = (address: string) => ({ 'X-Forwarded-For': address });
  const first = await RawClient.open(server.url, '/', { headers: from('1.1.1.1') });
  await RawClient.open(server.url, '/', { headers: from('1.1.1.1') });
  await refused(server, from('1.1.1.1'));
  await RawClient.open(server.url, '/', { headers: from('2.2.2.2') });
  await first.close(1000);
  await RawClient.open(server.url, '/', { headers: from('1.1.1.1') });
  await refused(server, from('1.1.1.1'));
});

test('maxPendingUpgrades: requests that are being decided on', async () => {
  decide = [];
  const server = await start([Thinking], { maxPendingUpgrades: 2 });
  const opening = [RawClient.open(server.url, '/thinking'), RawClient.open(server.url, '/thinking')];
  await until(() => decide.length === 2);
  await refused(server, {}, '/thinking');
  for (const go of decide) go();
  await Promise.all(opening);
  decide = [];
  const next = RawClient.open(server.url, '/thinking');
  await until(() => decide.length === 1);
  decide[0]?.();
  await next;
});

describe('maxHeaderSize', () => {
  const padded = (size: number) => handshake('/', { 'X-Pad': 'p'.repeat(size) });

  test('16 KiB unless something is said', async () => {
    const server = await start([Plain]);
    expect((await request(server.url, padded(15_000))).status).toBe(101);
    expect((await request(server.url, padded(17_000))).status).toBe(431);
  });

  test('as an option', async () => {
    const server = await start([Plain], { maxHeaderSize: 2_048 });
    expect((await request(server.url, padded(1_500))).status).toBe(101);
    expect((await request(server.url, padded(2_100))).status).toBe(431);
  });
});

test('handshakeTimeout: a request that does not come to its end is answered 408, and the server goes on', async () => {
  const server = await start([Plain], { handshakeTimeout: 1_000 });
  const socket = connect(Number(new URL(server.url).port), 'localhost');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.write(handshake('/').slice(0, -4));
  const client = await RawClient.open(server.url, '/');
  await new Promise((resolve) => socket.once('close', resolve));
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
  client.text('still here');
  expect(await client.nextText()).toBe('still here');
});
