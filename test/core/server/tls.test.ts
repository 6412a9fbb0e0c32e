import { createServer } from 'node:https';
import { afterEach, expect, test } from '@jest/globals';
import { attach, OnBinary, OnInit, OnText, type Server, UpgradeRequest, WebSocketHandler } from 'vaquero';
import { WebSocket } from 'ws';
import { CERTIFICATE } from '../../support/certificate.js';
import { Events } from '../../support/events.js';
import { recorder } from '../../support/servers.js';

/** The same over TLS, whose sockets read and write in other pieces. */

@WebSocketHandler('/', { compress: true })
class Secure {
  constructor(private readonly request: UpgradeRequest) {}

  @OnInit() init() {
    return this.request.scheme;
  }

  @OnText() text(message: string) {
    return message;
  }

  @OnBinary() binary(payload: Buffer) {
    return payload;
  }
}

let server: Server;
const https = createServer(CERTIFICATE);

afterEach(async () => {
  await server.close({ timeout: 0 });
  https.close();
});

test('attach to an https server', async () => {
  await new Promise<void>((resolve) => https.listen(0, resolve));
  server = await attach(https, { handlers: [Secure], logger: recorder([]) });
  expect(server.url).toMatch(/^wss:\/\/localhost:\d+$/);
  const received = new Events<Buffer>();
  const client = new WebSocket(server.url, { ca: CERTIFICATE.cert, origin: server.url.replace('wss:', 'https:') });
  client.on('message', (data: Buffer) => received.push(data));
  await new Promise((resolve, reject) => client.once('open', resolve).once('error', reject));
  expect(String(await received.next())).toBe('wss');
  const large = Buffer.alloc(900_000, 'large ');
  for (let i = 0; i < 20; i++) client.send(`message ${i}`);
  client.send(large);
  for (let i = 0; i < 20; i++) expect(String(await received.next())).toBe(`message ${i}`);
  expect((await received.next()).equals(large)).toBe(true);
  const closed = new Promise((resolve) => client.once('close', resolve));
  await server.close();
  expect(await closed).toBe(1012);
});

test('a page that came without TLS is of another origin', async () => {
  const other = createServer(CERTIFICATE);
  await new Promise<void>((resolve) => other.listen(0, resolve));
  server = await attach(other, { handlers: [Secure], logger: recorder([]) });
  const client = new WebSocket(server.url, { ca: CERTIFICATE.cert, origin: server.url.replace('wss:', 'http:') });
  const error = await new Promise<Error>((resolve) => client.once('error', resolve));
  expect(error.message).toContain('403');
  other.close();
});
