// 4. Mutated frames and handshakes: whatever comes, the answer is a legal one, the process lives, and nothing of it is kept.
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { type Finding, mib, type Trial } from './report.js';
import { Subject } from './subject.js';
import { FrameReader, gone, request } from './wire.js';

const AT_ONCE = 16;
const FRAMES_EACH = 20;

/** A frame with anything in any field; `claimed` is the length that its header tells. */
const frameBytes = fc
  .record({
    first: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(0x81, 0x82, 0x01, 0x00, 0x80, 0x88, 0x89, 0x8a, 0xc1, 0xc2) },
      fc.nat(255),
    ),
    masked: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
    mask: fc.uint8Array({ minLength: 4, maxLength: 4 }),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'grapheme', maxLength: 60 }).map((s) => Uint8Array.from(Buffer.from(s))),
    ),
    claimed: fc.option(fc.oneof(fc.nat(130), fc.nat(70_000), fc.nat()), { nil: undefined, freq: 8 }),
  })
  .map(({ first, masked, mask, payload, claimed }) => {
    const length = claimed ?? payload.length;
    const header = Buffer.alloc(14);
    header[0] = first;
    let at = 2;
    if (length < 126) header[1] = length;
    else if (length < 65_536) {
      header[1] = 126;
      header.writeUInt16BE(length, 2);
      at = 4;
    } else {
      header[1] = 127;
      header.writeUIntBE(length, 4, 6);
      at = 10;
    }
    if (!masked) return Buffer.concat([header.subarray(0, at), payload]);
    header[1] = (header[1] as number) | 0x80;
    header.set(mask, at);
    return Buffer.concat([header.subarray(0, at + 4), payload.map((byte, i) => byte ^ (mask[i & 3] as number))]);
  });

const handshakeBytes = (port: number) => {
  const good = Buffer.from(request('/echo', port));
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant(good) },
    // Bytes changed, cut out or put in.
    fc
      .record({ at: fc.nat(good.length - 1), cut: fc.nat(20), put: fc.uint8Array({ maxLength: 20 }) })
      .map(({ at, cut, put }) => Buffer.concat([good.subarray(0, at), put, good.subarray(at + cut)])),
    fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  );
};

interface Case {
  readonly handshake: Buffer;
  readonly frames: readonly Buffer[];
  readonly cutAt: number;
}

/** Whether a close frame may have a code: one of the server's own, or one that a client may send, which is echoed. */
const mayClose = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999);

/** What is wrong with what a server sent, or undefined. */
function fault(bytes: Buffer): string | undefined {
  if (bytes.length === 0) return undefined;
  const head = bytes.toString('latin1', 0, 32);
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
  if (status >= 400 && status < 500) return undefined;
  if (status !== 101) return `neither 101 nor 4xx: ${JSON.stringify(head)}`;
  let closed = false;
  try {
    for (const { first, payload } of new FrameReader().read(bytes.subarray(bytes.indexOf('\r\n\r\n') + 4))) {
      if (closed) return 'a frame after the close frame';
      if (![0x81, 0x82, 0x88, 0x8a].includes(first)) return `an illegal first byte ${first}`;
      closed = first === 0x88;
      if (closed && payload.length === 1) return 'half a close code';
      if (closed && payload.length >= 2 && !mayClose(payload.readUInt16BE(0))) {
        return `an illegal close code ${payload.readUInt16BE(0)}`;
      }
    }
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

/** Sends a case, cut in two at some byte, and answers everything that came back when both sides have ended. */
async function send(port: number, { handshake, frames, cutAt }: Case): Promise<Buffer> {
  const socket: Socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.1.${2 + (cutAt % 200)}`, allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => socket.destroy());
  socket.once('end', () => socket.end());
  const all = Buffer.concat([handshake, ...frames]);
  const cut = cutAt % all.length;
  socket.write(all.subarray(0, cut));
  setImmediate(() => socket.end(all.subarray(cut)));
  await gone(socket);
  return Buffer.concat(chunks);
}

export const fuzz: Trial = async (scale) => {
  const total = scale.of(1_000_000, 5_000);
  const subject = await Subject.start();
  const { port } = subject;
  const cases = fc.record({
    handshake: handshakeBytes(port),
    frames: fc.array(frameBytes, { maxLength: 2 * FRAMES_EACH }),
    cutAt: fc.nat(),
  });
  let sent = 0;
  const runs = (seed: number, count: number) =>
    fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const wrong = fault(await send(port, one));
        sent += 1 + one.frames.length;
        if (wrong !== undefined) throw new Error(wrong);
      }),
      { numRuns: count, seed },
    );
  const rounds = async (frames: number) => {
    const until = sent + frames;
    for (let seed = Date.now(); sent < until; seed += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => runs(seed + i, 20)));
    }
  };
  let wrong = 'none';
  let before = await subject.measure();
  try {
    await rounds(Math.min(20_000, total));
    before = await subject.quiet();
    await rounds(total);
  } catch (error) {
    wrong = (error as Error).message;
  }
  const after = await subject.quiet();
  const heap = after.heap + after.external - before.heap - before.external;
  const findings: Finding[] = [
    { what: 'mutated frames and handshakes', value: sent },
    { what: 'illegal answers', value: wrong, holds: wrong === 'none' },
    { what: 'the process lives', value: String(subject.alive), holds: subject.alive },
    { what: 'connections left', value: after.connections, holds: after.connections === 0 },
    { what: 'heap and buffers kept', value: mib(heap), holds: heap < 2 * 1_048_576 },
    { what: 'errors reported', value: JSON.stringify(after.errors), holds: after.errors.length === 0 },
  ];
  subject.stop();
  return findings;
};
