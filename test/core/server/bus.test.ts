import 'reflect-metadata';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { container } from 'tsyringe';
import {
  type AttachOptions,
  attach,
  Bus,
  Connection,
  OnInit,
  OnTerminate,
  OnText,
  Presence,
  serve,
  WebSocketHandler,
} from 'vaquero';
import { SimulatedNetwork } from 'vaquero/testing';
import { WebSocket } from 'ws';
import { systemClock } from '../../../src/core/clock.js';
import { start } from '../../support/servers.js';

const network = () => new SimulatedNetwork({ clock: systemClock });

/** A bus that its first server cannot use. */
class FailsFirst extends Bus {
  #joined = 0;

  override async join(): Promise<void> {
    if (++this.#joined > 1) return;
    await new Promise(setImmediate);
    throw new Error('not yet');
  }
}

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

/** A bus whose broker is not there. */
function deadBus(): Bus {
  const net = network();
  const bus = net.bus();
  net.kill(bus);
  return bus;
}

@WebSocketHandler('/')
class Same {
  @OnText() text() {}
}

describe.each<[string, (options: AttachOptions) => Promise<unknown>]>([
  ['serve', (options) => serve({ port: 0, ...options })],
  ['attach', (options) => attach(createHttpServer(), options)],
])('%s that fails', (_, open) => {
  test.each<[string, string, () => AttachOptions]>([
    ['its bus cannot connect', 'VAQUERO_BUS_UNAVAILABLE', () => ({ handlers: [Leaving], bus: deadBus() })],
    ['a handler is none', 'VAQUERO_INVALID_HANDLER', () => ({ handlers: [class None {}] })],
    ['two handlers have the same path', 'VAQUERO_DUPLICATE_PATH', () => ({ handlers: [Leaving, Same], bus: network().bus() })],
  ])('for %s gives the container back as it was', async (_, code, options) => {
    const own = container.createChildContainer();
    await expect(open({ ...options(), container: own })).rejects.toMatchObject({ code });
    expect([own.isRegistered(Bus), own.isRegistered(Presence)]).toEqual([false, false]);
    const bus = network().bus();
    await start([Leaving], { bus, container: own });
    expect([own.resolve(Bus), own.resolve(Presence)]).toEqual([bus, bus.presence]);
  });

  test('leaves what was registered by hand, and a bus that a service got before', async () => {
    const own = container.createChildContainer();
    const presence = {} as Presence;
    own.registerInstance(Presence, presence);
    const early = own.resolve(Bus);
    await expect(open({ handlers: [class None {}], container: own })).rejects.toMatchObject({ code: 'VAQUERO_INVALID_HANDLER' });
    expect([own.resolve(Bus), own.resolve(Presence)]).toEqual([early, presence]);
    await expect(open({ handlers: [Leaving], bus: new Bus(), container: own })).rejects.toMatchObject({
      code: 'VAQUERO_BUS_CONFLICT',
      message: expect.stringContaining('A service was made before the server'),
    });
  });

  test('leaves the bus to another server that has come to use it meanwhile', async () => {
    const own = container.createChildContainer();
    const failing = open({ handlers: [Leaving], bus: new FailsFirst(), container: own }).catch((error: Error) => error.message);
    const server = await start([Leaving], { container: own });
    expect(await failing).toBe('not yet');
    expect([server.bus, own.resolve(Bus)]).toEqual([expect.any(FailsFirst), server.bus]);
  });

  test('for a bus that is closed, or could not connect, says that a new one is needed', async () => {
    const failed = deadBus();
    const cause = await failed.connect().catch((error: Error) => error);
    const closed = network().bus();
    await closed.connect();
    await closed.close();
    for (const [bus, why] of [
      [failed, cause],
      [closed, undefined],
    ] as const) {
      const error = await open({ handlers: [Leaving], bus, container: container.createChildContainer() }).catch(
        (thrown) => thrown,
      );
      expect(error).toMatchObject({ code: 'VAQUERO_BUS_CLOSED', message: expect.stringMatching(/Make a new one/) });
      expect((error as Error).cause).toBe(why);
    }
  });
});

test('a server without a bus, or with another, is served where others with a bus of a broker could not be', async () => {
  for (let attempt = 0; attempt < 3; attempt++) {
    await expect(serve({ handlers: [Leaving], bus: deadBus() })).rejects.toMatchObject({ code: 'VAQUERO_BUS_UNAVAILABLE' });
  }
  const server = await serve({ handlers: [Leaving] });
  // That of the process, and services get it.
  expect(server.bus.constructor).toBe(Bus);
  expect(container.resolve(Bus)).toBe(server.bus);
  await server.close();
});

describe('a server whose bus has a broker', () => {
  test('closes the bus if it cannot listen', async () => {
    const taken = createServer().listen(0);
    await once(taken, 'listening');
    const bus = network().bus();
    const { port } = taken.address() as AddressInfo;
    const own = container.createChildContainer();
    await expect(start([Leaving], { port, bus, container: own })).rejects.toMatchObject({ code: 'VAQUERO_LISTEN_FAILED' });
    expect([bus.status, own.isRegistered(Bus)]).toEqual(['closed', false]);
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
