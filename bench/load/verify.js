// The verified phase before a workload is measured: messages that all differ, of many sizes, pipelined, whose replies are
// decoded and compared byte by byte and in order.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './client.js';
import { FrameDecoder } from './decoder.js';
import { clientFrame, OPCODE } from './frames.js';
import { onNode, openAll } from './pool.js';

const MESSAGES = 256;
const BATCH = 16;
const DEADLINE_MS = 10_000;
// Both sides of each step in the length field of a frame, envelopes aside, and a few sizes between.
const SIZES = [24, 64, 125, 126, 127, 1024, 16_384, 65_535, 65_536, 70_000];

/** A body that no other message has; text ones contain characters of one to four bytes. */
function uniqueBody(opcode, size, name) {
  const beginning = Buffer.from(opcode === OPCODE.text ? `${name}:é€😀:` : `${name}:`);
  const filler = opcode === OPCODE.text ? Buffer.from(randomBytes(size).toString('base64')) : randomBytes(size);
  return Buffer.concat([beginning, filler]).subarray(0, Math.max(size, beginning.length));
}

class Reader extends Client {
  #decoder = new FrameDecoder();
  #expected = [];

  constructor(target) {
    super(target, 0);
  }

  expect(opcode, body) {
    this.#expected.push({ opcode, body });
  }

  get missing() {
    return this.#expected.length;
  }

  received(bytes, size) {
    for (const { final, opcode, payload } of this.#decoder.decode(bytes.subarray(0, size))) {
      if (!final) this.fault('A fragmented message; the load process counts frames.');
      this.frame(opcode, payload.length, payload, 0);
    }
  }

  message(opcode, length, payload) {
    const expected = this.#expected[0];
    if (expected === undefined) return false;
    const reply = this.target.protocol.reply(expected.opcode, expected.body.length);
    if (opcode !== reply.opcode || length !== reply.length) return false;
    this.#expected.shift();
    const body = payload.subarray(reply.bodyAt, reply.bodyAt + expected.body.length);
    if (!body.equals(expected.body)) this.fault(`Expected ${expected.body.subarray(0, 16)}…, got ${body.subarray(0, 16)}….`);
    return true;
  }
}

/** Sends from each of `senders`; `receivers(sender)` are the readers that must get its messages. */
async function exchange(senders, receivers, opcodes, { protocol, faults }) {
  for (let first = 0; first < MESSAGES; first += BATCH) {
    for (const [index, sender] of senders.entries()) {
      const frames = [];
      for (let i = first; i < first + BATCH; i++) {
        const opcode = opcodes[i % opcodes.length];
        const body = uniqueBody(opcode, SIZES[i % SIZES.length], `${index}-${i}`);
        for (const reader of receivers(sender)) reader.expect(opcode, body);
        for (const frame of protocol.message(opcode, body))
          frames.push(clientFrame(frame.opcode, frame.payload, protocol.masked));
      }
      sender.write(Buffer.concat(frames));
    }
    if (!(await allArrived(senders.flatMap(receivers)))) {
      faults.add('Messages lost in the verified phase.');
      return;
    }
  }
}

async function allArrived(readers) {
  const deadline = performance.now() + DEADLINE_MS;
  while (readers.some((reader) => reader.missing > 0) && performance.now() < deadline) await sleep(1);
  return readers.every((reader) => reader.missing === 0);
}

async function openReaders(target, count, path) {
  return openAll(count, async (index) => {
    const reader = new Reader({ ...onNode(target, index), path: path ?? target.path });
    await reader.open();
    return reader;
  });
}

export async function verifyEcho(target, { opcodes }) {
  const readers = await openReaders(target, 8);
  await exchange(readers, (sender) => [sender], opcodes, target);
  for (const reader of readers) reader.destroy();
  return { faults: target.faults.take() };
}

export async function verifyFanout(target, { opcodes, paths }) {
  const subscribers = await openReaders(target, 20, paths?.subscriber);
  const [publisher] = await openReaders(target, 1, paths?.publisher);
  await exchange([publisher], () => subscribers, opcodes, target);
  for (const reader of [...subscribers, publisher]) reader.destroy();
  return { faults: target.faults.take() };
}
