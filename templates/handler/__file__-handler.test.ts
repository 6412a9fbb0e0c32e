import 'reflect-metadata';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mount } from 'vaquero/testing';
import { __Class__Handler } from './__file__-handler.js';

test('greets, and repeats what it is told', async () => {
  const client = await mount(__Class__Handler, { path: '__example__' });
  assert.deepEqual(await client.next(), { type: 'text', payload: 'Welcome to __exampleRoom__' });
  client.send('Howdy');
  assert.deepEqual(await client.next(), { type: 'text', payload: 'Howdy' });
});
