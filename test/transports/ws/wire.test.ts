import { expect, test } from '@jest/globals';
import { echo } from '../../support/probe-handler.js';
import { closeFrame, frame, Op, RawClient } from '../../support/raw-client.js';
import { start } from '../../support/servers.js';

/** What TCP may make of a client's frames, and still they are the same frames. */

test('a first frame in the same packet as the handshake is heard', async () => {
  const server = await start([echo().handler]);
  const client = await RawClient.open(server.url, '/', {
    more: Buffer.concat([frame(Op.text, 'early'), frame(Op.text, 'bird')]),
  });
  expect(await client.nextText()).toBe('early');
  expect(await client.nextText()).toBe('bird');
});

test('a handshake and frames that come one byte at a time are heard', async () => {
  const server = await start([echo().handler]);
  const client = await RawClient.open(server.url, '/');
  const bytes = Buffer.concat([
    frame(Op.text, 'grüße', { fin: false }),
    frame(Op.ping, 'between'),
    frame(Op.continuation, ' und so fort'),
    frame(Op.binary, Buffer.alloc(300, 1)),
    closeFrame(4000, 'done'),
  ]);
  for (const byte of bytes) {
    client.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await client.next()).toMatchObject({ opcode: Op.pong, payload: Buffer.from('between') });
  expect(await client.nextText()).toBe('grüße und so fort');
  expect((await client.next()).payload).toEqual(Buffer.alloc(300, 1));
  expect(await client.closed).toEqual({ code: 4000, reason: '' });
});

test('1,000 frames in one packet are answered in order', async () => {
  const server = await start([echo().handler]);
  const client = await RawClient.open(server.url, '/');
  const numbers = Array.from({ length: 1_000 }, (_, i) => String(i));
  client.write(...numbers.map((n) => frame(Op.text, n)));
  for (const n of numbers) expect(await client.nextText()).toBe(n);
});

test('a message of 16 MiB in fragments comes whole, with the pings in between answered before it', async () => {
  const server = await start([echo({ maxFrameSize: 16 * 1_048_576, backpressure: { limit: 64 * 1_048_576 } }).handler]);
  const client = await RawClient.open(server.url, '/');
  const message = Buffer.alloc(16 * 1_048_576);
  for (let i = 0; i < message.length; i += 4) message.writeUInt32LE((i * 2_654_435_761) >>> 0, i);
  const part = message.length / 16;
  for (let i = 0; i < 16; i++) {
    const piece = message.subarray(i * part, (i + 1) * part);
    client.write(
      frame(i === 0 ? Op.binary : Op.continuation, piece, { fin: i === 15 }),
      ...(i < 15 ? [frame(Op.ping, `${i}`)] : []),
    );
  }
  for (let i = 0; i < 15; i++) expect(await client.next()).toMatchObject({ opcode: Op.pong, payload: Buffer.from(`${i}`) });
  const { opcode, payload } = await client.next();
  expect(opcode).toBe(Op.binary);
  expect(payload.equals(message)).toBe(true);
});

test.each([0, 1, 125, 126, 127, 65_535, 65_536, 1_048_576])('a payload of %i bytes comes and goes as it is', async (size) => {
  const server = await start([echo().handler]);
  const client = await RawClient.open(server.url, '/');
  const payload = Buffer.alloc(size, 'Zwölf ');
  client.write(frame(Op.binary, payload));
  expect((await client.next()).payload.equals(payload)).toBe(true);
  const message = 'x'.repeat(size);
  client.text(message);
  expect((await client.nextText()) === message).toBe(true);
});

test('empty fragments make an empty message', async () => {
  const server = await start([echo().handler]);
  const client = await RawClient.open(server.url, '/');
  client.write(frame(Op.text, '', { fin: false }), frame(Op.continuation, '', { fin: false }), frame(Op.continuation, ''));
  expect(await client.next()).toMatchObject({ opcode: Op.text, payload: Buffer.alloc(0) });
});

test('many replies of one turn leave in few packets, in order, small and large ones mixed', async () => {
  const server = await start([echo({ backpressure: { limit: 64 * 1_048_576 } }).handler]);
  const client = await RawClient.open(server.url, '/');
  const messages = Array.from({ length: 200 }, (_, i) => `${i}:`.padEnd(i % 7 === 0 ? 70_000 : 20, '-'));
  client.write(...messages.map((message) => frame(Op.text, message)));
  for (const message of messages) expect((await client.nextText()) === message).toBe(true);
});
