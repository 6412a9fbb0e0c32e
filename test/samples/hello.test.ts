import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { frame, Op, RawClient } from '../support/raw-client.js';
import { type Program, run } from './program.js';

/** The handler of Cowboy's guide, character for character. */

let hello: Program;

beforeAll(async () => {
  hello = await run('hello');
});

afterAll(async () => {
  await hello.stop();
});

test('greets after a second, then asks every second', async () => {
  const began = performance.now();
  const client = await RawClient.open(hello.socketUrl, '/hello');
  const seen: [string, number][] = [];
  for (let i = 0; i < 3; i++) seen.push([await client.nextText(), performance.now() - began]);
  expect(seen.map(([text]) => text)).toEqual(['Hello!', "How' you doin'?", "How' you doin'?"]);
  // Never early; how late is the machine's business.
  seen.forEach(([, ms], i) => {
    expect(ms).toBeGreaterThanOrEqual((i + 1) * 1_000 - 5);
  });
});

test('repeats text with a remark, and ignores what is no text', async () => {
  const client = await RawClient.open(hello.socketUrl, '/hello');
  client.write(frame(Op.binary, 'bytes'), frame(Op.pong, 'pong'), frame(Op.text, 'Grüße, Cowboy!'), frame(Op.text, ''));
  expect(await client.next()).toMatchObject({ opcode: Op.text, payload: Buffer.from("That's what she said! Grüße, Cowboy!") });
  expect(await client.nextText()).toBe("That's what she said! ");
});

test('answers a ping, as the library does', async () => {
  const client = await RawClient.open(hello.socketUrl, '/hello');
  client.write(frame(Op.ping, 'p'));
  expect(await client.next()).toMatchObject({ opcode: Op.pong, payload: Buffer.from('p') });
});

test('SIGTERM closes with 1012, and the process ends well', async () => {
  const program = await run('hello');
  const client = await RawClient.open(program.socketUrl, '/hello');
  const exit = program.stop();
  expect(await client.closed).toEqual({ code: 1012, reason: '' });
  expect(await exit).toBe(0);
});
