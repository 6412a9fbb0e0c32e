import { randomBytes } from 'node:crypto';
import { constants, createDeflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { type DeflateOptions, deflate, OnText, WebSocketHandler } from 'vaquero';
import { VirtualClock } from 'vaquero/testing';
import { echo } from '../../support/probe-handler.js';
import { frame, Op, RawClient, type ServerFrame } from '../../support/raw-client.js';
import { start } from '../../support/servers.js';

/** permessage-deflate (RFC 7692), with zlib of this test's own at the other end. */

const RSV1 = 0x40;
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);

const offer = (extensions: string) => ({ headers: { 'Sec-WebSocket-Extensions': extensions } });

/** A message as a client compresses it: without the empty block at its end (section 7.2.1). */
function compressed(message: string | Buffer): Buffer {
  const deflated = deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH });
  return deflated.subarray(0, deflated.length - TAIL.length);
}

function inflated({ payload }: ServerFrame, windowBits = 15): string {
  return inflateRawSync(Buffer.concat([payload, TAIL]), { finishFlush: constants.Z_SYNC_FLUSH, windowBits }).toString();
}

async function open(extensions: string, deflateOptions: DeflateOptions = {}, maxFrameSize = 1_048_576) {
  const { handler, ended } = echo({ compress: true, deflateOptions, maxFrameSize });
  const server = await start([handler]);
  const client = await RawClient.open(server.url, '/', offer(extensions));
  return { client, ended, agreed: client.response.headers['sec-websocket-extensions'] };
}

describe('what is agreed', () => {
  const NAME = 'permessage-deflate';

  test.each<[string, DeflateOptions, string | undefined]>([
    [NAME, {}, NAME],
    [`${NAME}; client_max_window_bits`, {}, NAME],
    [`${NAME}; server_no_context_takeover`, {}, `${NAME}; server_no_context_takeover`],
    [`${NAME}; client_no_context_takeover`, {}, `${NAME}; client_no_context_takeover`],
    [`${NAME}; server_max_window_bits=10`, {}, `${NAME}; server_max_window_bits=10`],
    [NAME, { serverNoContextTakeover: true }, `${NAME}; server_no_context_takeover`],
    [NAME, { clientNoContextTakeover: true }, `${NAME}; client_no_context_takeover`],
    [NAME, { serverMaxWindowBits: 11 }, `${NAME}; server_max_window_bits=11`],
    [`${NAME}; server_max_window_bits=12`, { serverMaxWindowBits: 11 }, `${NAME}; server_max_window_bits=11`],
    [`${NAME}; server_max_window_bits=9`, { serverMaxWindowBits: 11 }, `${NAME}; server_max_window_bits=9`],
    [`${NAME}; client_max_window_bits`, { clientMaxWindowBits: 10 }, `${NAME}; client_max_window_bits=10`],
    [`${NAME}; client_max_window_bits=9`, { clientMaxWindowBits: 10 }, `${NAME}; client_max_window_bits=9`],
    // A client that does not offer the parameter cannot be asked for it.
    [NAME, { clientMaxWindowBits: 10 }, undefined],
    [`${NAME}; unheard_of`, {}, undefined],
    [`${NAME}; server_max_window_bits=8`, {}, undefined],
    [`${NAME}; server_max_window_bits=16`, {}, undefined],
    [`${NAME}; server_max_window_bits`, {}, undefined],
    [`${NAME}; server_no_context_takeover=1`, {}, undefined],
    [`${NAME}; client_max_window_bits; client_max_window_bits`, {}, undefined],
    // The first offer that can be honoured is taken.
    [`${NAME}; unheard_of, ${NAME}`, {}, NAME],
    [`${NAME}; client_max_window_bits, ${NAME}`, { clientMaxWindowBits: 10 }, `${NAME}; client_max_window_bits=10`],
    ['x-webkit-deflate-frame', {}, undefined],
  ])('offered "%s" to %j: %s', async (extensions, options, expected) => {
    const { client, agreed } = await open(extensions, options);
    expect(agreed).toBe(expected);
    client.text('goes on');
    const reply = await client.next();
    expect(reply.rsv1).toBe(expected !== undefined);
    expect(reply.rsv1 ? inflated(reply) : reply.payload.toString()).toBe('goes on');
  });

  test('nothing where the handler does not compress, and then RSV1 is a bad frame', async () => {
    const server = await start([echo().handler]);
    const client = await RawClient.open(server.url, '/', offer('permessage-deflate'));
    expect(client.response.headers['sec-websocket-extensions']).toBeUndefined();
    client.write(frame(Op.text, compressed('x'), { rsv: RSV1 }));
    expect((await client.closed).code).toBe(1002);
  });

  test.each(['permessage-deflate; =', 'permessage-deflate;;', '"'])(
    'a malformed offer %s is a malformed handshake',
    async (extensions) => {
      await expect(open(extensions)).rejects.toThrow('refused with 400');
    },
  );
});

describe('messages', () => {
  const text = 'Yippee ki-yay! '.repeat(200);

  test('compressed ones are inflated, and answered compressed and smaller', async () => {
    const { client } = await open('permessage-deflate');
    client.write(frame(Op.text, compressed(text), { rsv: RSV1 }));
    const reply = await client.next();
    expect(reply.payload.length).toBeLessThan(text.length / 10);
    expect(inflated(reply)).toBe(text);
  });

  test('flat and compressed ones mix, and stay in order with pings between', async () => {
    const { client } = await open('permessage-deflate; server_no_context_takeover');
    client.write(
      frame(Op.text, compressed('1'), { rsv: RSV1 }),
      frame(Op.text, '2'),
      frame(Op.text, compressed('3'), { rsv: RSV1 }),
      frame(Op.binary, compressed('4'), { rsv: RSV1 }),
    );
    for (const expected of ['1', '2', '3', '4']) expect(inflated(await client.next())).toBe(expected);
  });

  test('a compressed message may come in fragments, of which only the first says so', async () => {
    const { client } = await open('permessage-deflate');
    const bytes = compressed(text);
    const half = bytes.length >> 1;
    client.write(
      frame(Op.text, bytes.subarray(0, half), { rsv: RSV1, fin: false }),
      frame(Op.ping, 'between'),
      frame(Op.continuation, bytes.subarray(half)),
    );
    expect((await client.next()).opcode).toBe(Op.pong);
    expect(inflated(await client.next())).toBe(text);
  });

  test('RSV1 on a continuation is a bad frame', async () => {
    const { client, ended } = await open('permessage-deflate');
    client.write(frame(Op.text, compressed(text), { rsv: RSV1, fin: false }), frame(Op.continuation, '', { rsv: RSV1 }));
    expect((await client.closed).code).toBe(1002);
    expect(await ended.next()).toEqual({ type: 'error', error: 'badframe' });
  });

  test('what does not inflate ends with 1007', async () => {
    const { client, ended } = await open('permessage-deflate');
    client.write(frame(Op.text, Buffer.from([0xff, 0xff, 0xff, 0xff]), { rsv: RSV1 }));
    expect((await client.closed).code).toBe(1007);
    expect(await ended.next()).toEqual({ type: 'error', error: 'badencoding' });
  });

  test('what inflates to bad UTF-8 ends with 1007', async () => {
    const { client } = await open('permessage-deflate');
    client.write(frame(Op.text, compressed(Buffer.from([0x61, 0xff])), { rsv: RSV1 }));
    expect((await client.closed).code).toBe(1007);
  });

  test('contexts are kept from message to message, unless it was agreed that they are not', async () => {
    const sizes = async (extensions: string) => {
      const { client } = await open(extensions);
      client.write(frame(Op.text, 'The same words, once more.'), frame(Op.text, 'The same words, once more.'));
      return [(await client.next()).payload.length, (await client.next()).payload.length] as const;
    };
    const [first, second] = await sizes('permessage-deflate');
    expect(second).toBeLessThan(first / 2);
    const [alone, again] = await sizes('permessage-deflate; server_no_context_takeover');
    expect(again).toBe(alone);
  });

  test("the client's context is kept too", async () => {
    const { client } = await open('permessage-deflate; server_no_context_takeover');
    const stream = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH });
    const next = (message: string) =>
      new Promise<Buffer>((resolve) => {
        const chunks: Buffer[] = [];
        const collect = (chunk: Buffer) => chunks.push(chunk);
        stream.on('data', collect);
        stream.write(message);
        stream.flush(constants.Z_SYNC_FLUSH, () => {
          stream.off('data', collect);
          const all = Buffer.concat(chunks);
          resolve(all.subarray(0, all.lastIndexOf(TAIL)));
        });
      });
    for (const message of [text, text, 'and more']) {
      client.write(frame(Op.text, await next(message), { rsv: RSV1 }));
      expect(inflated(await client.next())).toBe(message);
    }
    stream.close();
  });

  test.each<[string, DeflateOptions]>([
    ['level 0', { level: 0 }],
    ['level 9', { level: 9 }],
    ['memory level 1', { memLevel: 1 }],
    ['memory level 9', { memLevel: 9 }],
    ['strategy huffman', { strategy: 'huffman' }],
    ['strategy rle', { strategy: 'rle' }],
    ['strategy fixed', { strategy: 'fixed' }],
    ['strategy filtered', { strategy: 'filtered' }],
    ['a window of 9 bits', { serverMaxWindowBits: 9 }],
  ])('%s', async (_name, options) => {
    const { client } = await open('permessage-deflate', options);
    client.text(text);
    const reply = await client.next();
    const expected = createExpected(text, options);
    expect(reply.payload).toHaveLength(expected);
    expect(inflated(reply, options.serverMaxWindowBits)).toBe(text);
  });

  test('messages under the threshold stay flat', async () => {
    const { client } = await open('permessage-deflate', { threshold: 10 });
    client.write(frame(Op.text, '9 bytes..'), frame(Op.text, '10 bytes..'));
    expect((await client.next()).rsv1).toBe(false);
    expect((await client.next()).rsv1).toBe(true);
  });

  test('deflate(false) and deflate(true) within one list of replies', async () => {
    @WebSocketHandler('/', { compress: true })
    class Choosing {
      @OnText() text(message: string) {
        return [message, deflate(false), message, deflate(true), message];
      }
    }
    const server = await start([Choosing]);
    const client = await RawClient.open(server.url, '/', offer('permessage-deflate; server_no_context_takeover'));
    client.text(text);
    const frames = [await client.next(), await client.next(), await client.next()];
    expect(frames.map(({ rsv1 }) => rsv1)).toEqual([true, false, true]);
    expect(frames.map((one) => (one.rsv1 ? inflated(one) : one.payload.toString()))).toEqual([text, text, text]);
  });
});

/** Bytes that zlib makes of a text with these parameters. */
function createExpected(text: string, { level, memLevel, strategy, serverMaxWindowBits }: DeflateOptions): number {
  const strategies = { default: 0, filtered: 1, huffman: 2, rle: 3, fixed: 4 };
  const deflated = deflateRawSync(text, {
    finishFlush: constants.Z_SYNC_FLUSH,
    ...(level !== undefined && { level }),
    ...(memLevel !== undefined && { memLevel }),
    ...(strategy !== undefined && { strategy: strategies[strategy] }),
    ...(serverMaxWindowBits !== undefined && { windowBits: serverMaxWindowBits }),
  });
  return deflated.length - TAIL.length;
}

describe('maxFrameSize after inflation', () => {
  const LIMIT = 100_000;

  test('on both sides', async () => {
    const { client, ended } = await open('permessage-deflate; server_no_context_takeover', {}, LIMIT);
    client.write(frame(Op.text, compressed('x'.repeat(LIMIT)), { rsv: RSV1 }));
    expect(inflated(await client.next())).toHaveLength(LIMIT);
    client.write(frame(Op.text, compressed('x'.repeat(LIMIT + 1)), { rsv: RSV1 }));
    expect(await client.closed).toEqual({ code: 1009, reason: '' });
    expect(await ended.next()).toEqual({ type: 'error', error: 'badsize' });
  });

  test('a bomb of 64 MiB ends with 1009 without having been inflated whole', async () => {
    const { client } = await open('permessage-deflate', {}, LIMIT);
    const bomb = compressed(Buffer.alloc(64 * 1_048_576));
    const before = process.memoryUsage.rss();
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 1);
    client.write(frame(Op.text, bomb, { rsv: RSV1 }));
    expect((await client.closed).code).toBe(1009);
    clearInterval(watch);
    expect(most - before).toBeLessThan(32 * 1_048_576);
  });

  test('after setOptions too', async () => {
    const { client } = await open('permessage-deflate', {}, 10);
    client.write(
      frame(Op.text, compressed('0123456789'), { rsv: RSV1 }),
      frame(Op.text, compressed('0123456789-'), { rsv: RSV1 }),
    );
    expect(inflated(await client.next())).toBe('0123456789');
    expect((await client.closed).code).toBe(1009);
  });
});

test('what compresses to little lets the connection go on, though it was over its limit', async () => {
  const { handler } = echo({ compress: true, maxFrameSize: 1_000_000, backpressure: { limit: 100_000 } });
  const server = await start([handler]);
  const client = await RawClient.open(server.url, '/', offer('permessage-deflate; server_no_context_takeover'));
  const large = compressed('x'.repeat(500_000));
  client.write(...Array.from({ length: 5 }, () => frame(Op.text, large, { rsv: RSV1 })), frame(Op.text, 'after'));
  for (let i = 0; i < 5; i++) expect(inflated(await client.next())).toHaveLength(500_000);
  expect(inflated(await client.next())).toBe('after');
});

test('a server that closes amid compressed messages hears the answer to its close frame', async () => {
  const { handler } = echo({ compress: true });
  // Time stands still, so nothing is cut for being late.
  const server = await start([handler], { clock: new VirtualClock() });
  const client = await RawClient.open(server.url, '/', offer('permessage-deflate'));
  const message = frame(Op.text, compressed(randomBytes(100_000).toString('hex')), { rsv: RSV1 });
  for (let i = 0; i < 20; i++) client.write(message);
  await client.next();
  await server.close();
  expect((await client.closed).code).toBe(1012);
});

test('a client that resets while its message is inflated ends nothing but its own connection', async () => {
  const { handler } = echo({ compress: true });
  const server = await start([handler]);
  const message = frame(Op.text, compressed(randomBytes(200_000).toString('hex')), { rsv: RSV1 });
  for (let i = 0; i < 60; i++) {
    const client = await RawClient.open(server.url, '/', offer('permessage-deflate'));
    client.write(message);
    await new Promise((resolve) => setImmediate(resolve));
    client.drop();
    await client.closed;
  }
  const other = await RawClient.open(server.url, '/', offer('permessage-deflate'));
  other.write(frame(Op.text, compressed('undisturbed'), { rsv: RSV1 }));
  expect(inflated(await other.next())).toBe('undisturbed');
});
