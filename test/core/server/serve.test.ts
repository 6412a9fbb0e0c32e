import 'reflect-metadata';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type Server as HttpServer, request } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { container } from 'tsyringe';
import { OnText, serve, WebSocketHandler } from 'vaquero';
import { ClusterBus } from 'vaquero/cluster';
import { systemClock } from '../../../src/core/clock.js';
import { Exchange } from '../../../src/testing/network/exchange.js';
import { SimulatedBroker } from '../../../src/testing/network/simulated-broker.js';
import { RawClient } from '../../support/raw-client.js';
import { Reports, start } from '../../support/servers.js';

/** A server of its own: the HTTP server behind it fails or closes with it. */

@WebSocketHandler('/')
class Plain {
  @OnText() text(message: string) {
    return message;
  }
}

/** The HTTP server behind a URL, which Node tells to who listens to its requests. */
async function httpServerOf(url: string): Promise<HttpServer> {
  const found = new Promise<HttpServer>((resolve) => {
    const listener = (message: unknown) => {
      unsubscribe('http.server.request.start', listener);
      resolve((message as { server: HttpServer }).server);
    };
    subscribe('http.server.request.start', listener);
  });
  request(url.replace('ws:', 'http:'), { agent: false }, (response) => response.resume()).end();
  return found;
}

test('errors of the HTTP server are reported, however many, and it goes on', async () => {
  const server = await start([Plain]);
  const httpServer = await httpServerOf(server.url);
  const errors = ['accept EMFILE', 'accept ENFILE'].map((message) => new Error(message));
  for (const error of errors) httpServer.emit('error', error);
  expect(server.errors).toEqual(errors.map((error) => ({ error, context: { stage: 'server' } })));
  const client = await RawClient.open(server.url, '/');
  client.text('hi');
  expect(await client.nextText()).toBe('hi');
});

/** A broker whose goodbye fails. */
class StubbornBroker extends SimulatedBroker {
  override async close(): Promise<void> {
    await super.close();
    throw new Error('the broker would not close');
  }
}

function stubborn() {
  const bus = new ClusterBus(new StubbornBroker(new Exchange(systemClock), systemClock, () => 1));
  return { handlers: [Plain], bus, container: container.createChildContainer() };
}

test('a bus that fails to close leaves no HTTP server behind, and close rejects', async () => {
  const server = await serve(stubborn());
  const httpServer = await httpServerOf(server.url);
  // One that says nothing is neither a connection of ours nor idle to Node.
  await once(
    connect(Number(new URL(server.url).port), 'localhost').on('error', () => undefined),
    'connect',
  );
  await RawClient.open(server.url, '/');
  const closed = new Promise((resolve) => httpServer.once('close', resolve));
  await expect(server.close()).rejects.toThrow('the broker would not close');
  await closed;
  expect(httpServer.listening).toBe(false);
});

test('a server that cannot listen says so, and reports that its bus fails to close', async () => {
  const { url } = await start([Plain]);
  const { errors, onError } = new Reports();
  await expect(serve({ ...stubborn(), port: Number(new URL(url).port), onError })).rejects.toMatchObject({
    code: 'VAQUERO_LISTEN_FAILED',
  });
  expect(errors).toMatchObject([{ error: { message: 'the broker would not close' }, context: { stage: 'server' } }]);
});
