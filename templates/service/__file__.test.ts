import 'reflect-metadata';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { container } from 'tsyringe';
import { Connection, OnInfo, OnInit, WebSocketHandler } from 'vaquero';
import { mount } from 'vaquero/testing';
import { __Class__, __Class__Changed } from './__file__.js';

/** Repeats what it is told. */
@WebSocketHandler('/listen')
class Listener {
  constructor(private readonly connection: Connection) {}

  @OnInit() async listen() {
    await this.connection.subscribe(__Class__.topic);
  }

  @OnInfo() changed({ value }: __Class__Changed) {
    return value;
  }
}

test('a change reaches the subscribers', async () => {
  const listener = await mount(Listener, { path: '/listen' });
  container.resolve(__Class__).change('Howdy');
  assert.deepEqual(await listener.next(), { type: 'text', payload: 'Howdy' });
});
