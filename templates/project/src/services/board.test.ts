import 'reflect-metadata';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { container } from 'tsyringe';
import { Connection, OnInfo, OnInit, WebSocketHandler } from 'vaquero';
import { mount } from 'vaquero/testing';
import { Board, Posted } from './board.js';

/** Repeats what it is told. */
@WebSocketHandler('/listen/:room')
class Listener {
  constructor(
    private readonly connection: Connection<{ room: string }>,
    private readonly board: Board,
  ) {}

  @OnInit() async listen() {
    await this.connection.subscribe(this.board.topic(this.connection.params.room));
  }

  @OnInfo() posted({ text }: Posted) {
    return text;
  }
}

test('a post reaches the subscribers of its room, trimmed, and no others', async () => {
  const barn = await mount(Listener, { path: '/listen/barn' });
  const board = container.resolve(Board);
  board.post('stable', 'Giddy-up');
  board.post('barn', ' Howdy ');
  assert.deepEqual(await barn.next(), { type: 'text', payload: 'Howdy' });
});

test('a post with nothing in it is not published', async () => {
  const barn = await mount(Listener, { path: '/listen/barn' });
  const board = container.resolve(Board);
  board.post('barn', '   ');
  board.post('barn', 'Howdy');
  assert.deepEqual(await barn.next(), { type: 'text', payload: 'Howdy' });
});
