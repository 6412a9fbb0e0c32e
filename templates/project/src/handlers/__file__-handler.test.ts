import 'reflect-metadata';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mount } from 'vaquero/testing';
import { __Class__Handler } from './__file__-handler.js';

test('what one connection posts, every connection of the room is shown', async () => {
  const ann = await mount(__Class__Handler, { path: '__example__' });
  const bob = await mount(__Class__Handler, { path: '__example__' });
  ann.send('Howdy');
  for (const client of [ann, bob]) {
    const frame = await client.next();
    assert.ok(frame.type === 'text');
    assert.equal(JSON.parse(frame.payload).text, 'Howdy');
  }
});
