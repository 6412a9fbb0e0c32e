import { describe, expect, test } from '@jest/globals';
import { echo } from '../../support/probe-handler.js';
import { closeFrame, frame, Op, RawClient } from '../../support/raw-client.js';
import { start } from '../../support/servers.js';

/** What a client may not send (RFC 6455): each ends the connection with its code, and with it alone. */

const closePayload = (code: number, reason: string | Uint8Array = '') =>
  Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason as Uint8Array)]);

const BAD_FRAMES: Record<string, Buffer[]> = {
  'reserved bit RSV1 without compression': [frame(Op.text, 'x', { rsv: 0x40 })],
  'reserved bit RSV2': [frame(Op.text, 'x', { rsv: 0x20 })],
  'reserved bit RSV3': [frame(Op.text, 'x', { rsv: 0x10 })],
  'reserved bit on a control frame': [frame(Op.ping, 'x', { rsv: 0x40 })],
  'reserved opcode 3': [frame(3, 'x')],
  'reserved opcode 7': [frame(7, 'x')],
  'reserved opcode 11': [frame(11, 'x')],
  'reserved opcode 15': [frame(15, 'x')],
  'an unmasked text frame': [frame(Op.text, 'x', { masked: false })],
  'an unmasked ping': [frame(Op.ping, '', { masked: false })],
  'an unmasked close frame': [frame(Op.close, closePayload(1000), { masked: false })],
  'a fragmented ping': [frame(Op.ping, 'x', { fin: false })],
  'a fragmented close frame': [frame(Op.close, closePayload(1000), { fin: false })],
  'a ping of 126 bytes': [frame(Op.ping, Buffer.alloc(126))],
  'a pong of 126 bytes': [frame(Op.pong, Buffer.alloc(126))],
  'a close frame of 126 bytes': [frame(Op.close, closePayload(1000, Buffer.alloc(124, 'x')))],
  'a continuation of nothing': [frame(Op.continuation, 'x')],
  'a continuation after the end': [frame(Op.text, 'a', { fin: false }), frame(Op.continuation, 'b'), frame(Op.continuation, 'c')],
  'a new message within a fragmented one': [frame(Op.text, 'a', { fin: false }), frame(Op.text, 'b')],
  'a close frame with half a code': [frame(Op.close, Buffer.from([3]))],
  'a length with its highest bit set': [Buffer.from([0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4])],
  ...Object.fromEntries(
    [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535].map((code) => [
      `close code ${code}`,
      [frame(Op.close, closePayload(code))],
    ]),
  ),
};

describe('bad frames end with 1002', () => {
  test.each(Object.entries(BAD_FRAMES))('%s', async (_name, bytes) => {
    const { handler, ended } = echo();
    const server = await start([handler]);
    const client = await RawClient.open(server.url, '/');
    client.write(...bytes, frame(Op.text, 'not heard any more'));
    expect(await client.closed).toEqual({ code: 1002, reason: '' });
    expect(await ended.next()).toEqual({ type: 'error', error: 'badframe' });
    expect(ended.all).toHaveLength(1);
    expect(client.frames.map(({ payload }) => String(payload))).not.toContain('not heard any more');
    expect(server.errors).toEqual([]);
  });
});

const BAD_TEXT: Record<string, Buffer[]> = {
  'a lone continuation byte': [frame(Op.text, Buffer.from([0x80]))],
  'an overlong encoding': [frame(Op.text, Buffer.from([0xc0, 0xaf]))],
  'a surrogate half': [frame(Op.text, Buffer.from([0xed, 0xa0, 0x80]))],
  'beyond U+10FFFF': [frame(Op.text, Buffer.from([0xf4, 0x90, 0x80, 0x80]))],
  'a character that is cut off': [frame(Op.text, Buffer.from([0x61, 0xe2, 0x82]))],
  'a bad byte across fragments': [
    frame(Op.text, Buffer.from([0x61, 0xe2]), { fin: false }),
    frame(Op.continuation, Buffer.from([0x28])),
  ],
  'a character cut off at the last fragment': [
    frame(Op.text, Buffer.from([0x61, 0xf0, 0x9f]), { fin: false }),
    frame(Op.continuation, Buffer.from([0x98])),
  ],
  'a bad close reason': [frame(Op.close, closePayload(1000, Buffer.from([0xff, 0xfe])))],
};

describe('text that is not UTF-8 ends with 1007', () => {
  test.each(Object.entries(BAD_TEXT))('%s', async (_name, bytes) => {
    const { handler, ended } = echo();
    const server = await start([handler]);
    const client = await RawClient.open(server.url, '/');
    client.write(...bytes);
    expect(await client.closed).toEqual({ code: 1007, reason: '' });
    expect(await ended.next()).toEqual({ type: 'error', error: 'badencoding' });
  });

  test('a character in two fragments is one character', async () => {
    const server = await start([echo().handler]);
    const client = await RawClient.open(server.url, '/');
    const [a, b] = [Buffer.from('€').subarray(0, 1), Buffer.from('€').subarray(1)];
    client.write(frame(Op.text, a, { fin: false }), frame(Op.continuation, b));
    expect(await client.nextText()).toBe('€');
  });

  test('with validateUtf8: false bad bytes become U+FFFD', async () => {
    const server = await start([echo({ validateUtf8: false }).handler]);
    const client = await RawClient.open(server.url, '/');
    client.write(
      frame(Op.text, Buffer.from([0x61, 0xff, 0x62])),
      frame(Op.text, Buffer.from([0xe2]), { fin: false }),
      frame(Op.continuation, Buffer.from([0x28])),
    );
    expect(await client.nextText()).toBe('a\ufffdb');
    expect(await client.nextText()).toBe('\ufffd(');
  });
});

describe('maxFrameSize, in bytes', () => {
  const LIMIT = 1_000;
  const whole = (size: number) => [frame(Op.binary, Buffer.alloc(size))];
  const parts = (...sizes: number[]) =>
    sizes.map((size, i) => frame(i === 0 ? Op.binary : Op.continuation, Buffer.alloc(size), { fin: i === sizes.length - 1 }));

  const CASES: Record<string, readonly [good: Buffer[], bad: Buffer[]]> = {
    'a single frame': [whole(LIMIT), whole(LIMIT + 1)],
    'the first fragment': [parts(LIMIT, 0), parts(LIMIT + 1, 0)],
    'a middle fragment': [parts(1, LIMIT - 1, 0), parts(1, LIMIT, 0)],
    'the last fragment': [parts(500, 499, 1), parts(500, 499, 2)],
    'a text of more bytes than characters': [[frame(Op.text, 'ü'.repeat(500))], [frame(Op.text, `${'ü'.repeat(500)}x`)]],
  };

  test.each(Object.entries(CASES))('%s', async (_name, [good, bad]) => {
    const { handler, ended } = echo({ maxFrameSize: LIMIT });
    const server = await start([handler]);
    const client = await RawClient.open(server.url, '/');
    client.write(...good);
    expect((await client.next()).payload).toHaveLength(LIMIT);
    client.write(...bad);
    expect(await client.closed).toEqual({ code: 1009, reason: '' });
    expect(await ended.next()).toEqual({ type: 'error', error: 'badsize' });
  });

  test('a frame that announces too much is refused before its payload comes', async () => {
    const server = await start([echo({ maxFrameSize: LIMIT }).handler]);
    const client = await RawClient.open(server.url, '/');
    client.write(frame(Op.binary, Buffer.alloc(LIMIT + 1)).subarray(0, 10));
    expect(await client.closed).toEqual({ code: 1009, reason: '' });
  });

  test('control frames have their own limit', async () => {
    const server = await start([echo({ maxFrameSize: 1 }).handler]);
    const client = await RawClient.open(server.url, '/');
    client.write(frame(Op.ping, Buffer.alloc(125, 'p')));
    expect((await client.next()).payload).toHaveLength(125);
  });

  test('maxFragments bounds the pieces of a message', async () => {
    const { handler, ended } = echo({ maxFragments: 3 });
    const server = await start([handler]);
    const client = await RawClient.open(server.url, '/');
    client.write(...parts(1, 0, 0));
    expect((await client.next()).payload).toHaveLength(1);
    client.write(...parts(1, 0, 0, 0));
    expect((await client.closed).code).toBe(1009);
    expect(await ended.next()).toEqual({ type: 'error', error: 'badsize' });
  });
});

test('what was sent before a fault is answered before the close frame', async () => {
  const server = await start([echo().handler]);
  const client = await RawClient.open(server.url, '/');
  client.write(frame(Op.text, 'fine'), frame(3));
  await client.closed;
  expect(client.frames.map(({ payload }) => payload.toString('latin1'))).toEqual(['fine', '\x03\xea']);
});

test('a close frame after a close frame changes nothing', async () => {
  const { handler, ended } = echo();
  const server = await start([handler]);
  const client = await RawClient.open(server.url, '/');
  client.write(closeFrame(4000, 'first'), closeFrame(4001, 'second'), frame(3));
  expect(await client.closed).toEqual({ code: 4000, reason: '' });
  expect(await ended.next()).toEqual({ type: 'remote', code: 4000, payload: 'first' });
});
