import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { Bus, Connection, OnInit, OnTerminate, WebSocketHandler } from 'vaquero';
import { SimulatedNetwork } from 'vaquero/testing';
import { WebSocket } from 'ws';
import { systemClock } from '../../../src/core/clock.js';
import { start } from '../../support/servers.js';

const network = () => new SimulatedNetwork({ clock: systemClock });

@WebSocketHandler('/')
class Leaving {
  constructor(
    private readonly connection: Connection,
    private readonly bus: Bus,
  ) {}

  @OnInit() async init() {
    await this.connection.track('room');
    return 'there';
  }

  @OnTerminate() terminate() {
    this.bus.publish('left', this.connection.ref);
  }
}

describe('a server whose bus has a broker', () => {
  test('closes the bus if it cannot listen', async () => {
    const taken = createServer().listen(0);
    await once(taken, 'listening');
    const bus = network().bus();
    const { port } = taken.address() as AddressInfo;
    await expect(start([Leaving], { port, bus })).rejects.toMatchObject({ code: 'VAQUERO_LISTEN_FAILED' });
    expect(bus.status).toBe('closed');
    taken.close();
  });

  test('has told the others, when it is closed, what its connections said and that they left', async () => {
    const net = network();
    const [bus, far] = [net.bus(), net.bus()];
    await far.connect();
    const heard: unknown[] = [];
    const listener = { deliver: (info: unknown) => void heard.push(info), ask: () => undefined };
    await Promise.all(['left', 'room'].map((topic) => far.subscribe(topic, listener)));
    const server = await start([Leaving], { bus });
    const client = new WebSocket(server.url);
    await once(client, 'message');
    await server.close();
    const [joined, said, left] = heard as [{ joins: { ref: string }[] }, string, object];
    const ref = joined.joins[0]?.ref;
    expect(new Set([said, left])).toEqual(new Set([ref, expect.objectContaining({ leaves: [{ ref, meta: null }] })]));
    await far.close();
    expect(server.errors).toEqual([]);
  });

  test('closes in time while the broker is away, with connections that speak and leave', async () => {
    const net = network();
    const bus = net.bus();
    const server = await start([Leaving], { bus });
    const client = new WebSocket(server.url);
    await once(client, 'message');
    const lost = server.nextError();
    net.partition(bus);
    await lost;
    await server.close();
    expect(bus.status).toBe('closed');
    expect(bus.counters.dropped).toBe(1);
    expect(server.errors.map(({ error }) => (error as { code?: string }).code)).toEqual([
      'VAQUERO_BUS_LOST',
      'VAQUERO_BUS_OVERFLOW',
    ]);
  });
});
