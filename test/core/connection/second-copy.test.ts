import { describe, expect, jest, test } from '@jest/globals';
import { Connection, OnInit, OnText, WebSocketHandler } from 'vaquero';
import { mount } from 'vaquero/testing';
import { DOORS, payloadOf } from '../../support/doors.js';

/** Frames and commands of another copy of the package in the same process, over a socket and mounted. */

const copy = (() => {
  let loaded: typeof import('../../../src/core/commands.js') | undefined;
  jest.isolateModules(() => {
    loaded = require('../../../src/core/commands.js');
  });
  return loaded as typeof import('../../../src/core/commands.js');
})();

@WebSocketHandler('/')
class Subscribed {
  @OnInit() async init(connection: Connection) {
    await connection.subscribe('all');
    return 'ready';
  }

  @OnText() echo(message: string) {
    return copy.text(message);
  }
}

describe.each(DOORS)('$name', (door) => {
  test('are what they are, be they published or replied', async () => {
    const server = await door.open([Subscribed]);
    const client = await server.visit('/');
    expect(await client.nextText()).toBe('ready');
    server.bus.publish('all', copy.text('a frame'));
    expect(await client.nextText()).toBe('a frame');
    client.text('a reply');
    expect(await client.nextText()).toBe('a reply');
    server.bus.publish('all', copy.close(4000, 'a command'));
    expect(payloadOf(await client.next())).toBe('4000 a command');
    expect(server.counters.ignored).toBe(0);
  });
});

test('can be sent by the client of a mount', async () => {
  const chat = await mount(Subscribed);
  await chat.next();
  chat.send(copy.text('a frame'));
  expect(await chat.next()).toEqual({ type: 'text', payload: 'a frame' });
});
