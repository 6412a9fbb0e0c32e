import 'reflect-metadata';
import { expect, test } from '@jest/globals';
import { container, delay, inject, injectable, Lifecycle, scoped } from 'tsyringe';
import { Bus, Connection, OnInit, OnText, stop, WebSocketHandler } from 'vaquero';
import { handshake, RawClient, request } from '../support/raw-client.js';
import { start } from '../support/servers.js';

/** Corners of a container: what is made late, made in part, or cannot be made. */

test('a delayed dependency may need the connection', async () => {
  @WebSocketHandler('/lazy')
  class Lazy {
    constructor(@inject(delay(() => Later)) private readonly later: { readonly connection: Connection }) {}
    @OnInit() init(connection: Connection) {
      return String(this.later.connection === connection);
    }
  }
  @injectable()
  class Later {
    constructor(readonly connection: Connection) {}
  }
  expect(await (await RawClient.open((await start([Lazy])).url, '/lazy')).nextText()).toBe('true');
});

test('what was made for a handler that could not be made is disposed', async () => {
  let disposed = 0;
  @scoped(Lifecycle.ContainerScoped)
  class Resource {
    dispose() {
      disposed++;
    }
  }
  @WebSocketHandler('/throws')
  class Throws {
    constructor(readonly resource: Resource) {
      throw new Error('broken');
    }
  }
  const server = await start([Throws]);
  expect((await request(server.url, handshake('/throws'))).status).toBe(500);
  await server.close();
  expect(disposed).toBe(1);
});

test('a dispose that throws does not keep the next from being called', async () => {
  const calls: string[] = [];
  @scoped(Lifecycle.ContainerScoped)
  class First {
    dispose() {
      calls.push('first');
      throw new Error('jammed');
    }
  }
  @scoped(Lifecycle.ContainerScoped)
  class Second {
    dispose() {
      calls.push('second');
    }
  }
  @WebSocketHandler('/two')
  class Two {
    constructor(
      readonly first: First,
      readonly second: Second,
    ) {}
    @OnText() text() {
      return stop();
    }
    dispose() {
      calls.push('handler');
    }
  }
  const server = await start([Two]);
  const client = await RawClient.open(server.url, '/two');
  client.text('x');
  await client.closed;
  await server.close();
  expect(calls.sort()).toEqual(['first', 'handler', 'second']);
});

test('a constructor whose parameters have no metadata is refused at start-up', async () => {
  class Bare {
    constructor(readonly connection: unknown) {}
  }
  WebSocketHandler('/bare')(Bare);
  await expect(start([Bare])).rejects.toMatchObject({ code: 'VAQUERO_INVALID_HANDLER' });
});

test('a subclass whose base has an undecorated constructor with parameters is refused at start-up', async () => {
  class Base {
    constructor(readonly connection: Connection) {}
    @OnInit() init() {
      return String(this.connection !== undefined);
    }
  }
  @WebSocketHandler('/sub')
  class Sub extends Base {}
  await expect(start([Sub])).rejects.toMatchObject({ code: 'VAQUERO_INVALID_HANDLER' });
});

test('a bus other than the registered one is refused', async () => {
  const own = container.createChildContainer().registerInstance(Bus, new Bus());
  await expect(start([], { container: own, bus: new Bus() })).rejects.toMatchObject({ code: 'VAQUERO_BUS_CONFLICT' });
});

test('a transient service with dispose is made anew and disposed', async () => {
  const calls: string[] = [];
  @injectable()
  class Fresh {
    dispose() {
      calls.push('fresh');
    }
  }
  @WebSocketHandler('/fresh')
  class Handler {
    constructor(readonly fresh: Fresh) {}
    @OnInit() init() {
      return stop();
    }
  }
  const server = await start([Handler]);
  await (await RawClient.open(server.url, '/fresh')).closed;
  await server.close();
  expect(calls).toEqual(['fresh']);
});
