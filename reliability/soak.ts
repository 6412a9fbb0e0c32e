// 6. Mixed handlers at full load for a while: memory stays where it was.
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Finding, median, mib, type Trial } from './report.js';
import { Subject } from './subject.js';
import { FrameReader, frame, gone, open } from './wire.js';

const CLIENTS = 64;
/** Messages after which a client goes and another comes. */
const LIFE = 200;

/** Messages that fill caches and let the compiler settle. */
const WARM_UP = 20_000;
/** Bytes that a server may have more a moment later, by chance; a full run has the time for a tenth to be much. */
const CHANCE = 1_048_576;

/** What all clients do together. */
interface Course {
  /** Messages that were sent. */
  sent: number;
  over: boolean;
}

/** Sends a message whenever the one before is answered; leaves in one of the ways in which clients leave. */
async function client(port: number, path: string, course: Course, i: number): Promise<void> {
  let sent = 0;
  while (!course.over) {
    const socket: Socket = await open(port, path, `127.0.2.${2 + (i % 200)}`);
    const reader = new FrameReader();
    const say = () => {
      sent++;
      course.sent++;
      socket.write(frame(1, `message ${sent}`));
    };
    socket.on('data', (chunk: Buffer) => {
      for (const { first, payload } of reader.read(chunk)) {
        if (first === 0x89) socket.write(frame(0xa, payload));
        else if (payload.toString().startsWith('message')) {
          if (sent % LIFE !== 0 && !course.over) say();
          else if (i % 3 === 0) socket.destroy();
          else if (i % 3 === 1) socket.end();
          else socket.write(frame(8, Buffer.from([0x03, 0xe8])));
        }
      }
    });
    socket.once('end', () => socket.end());
    say();
    await gone(socket);
  }
}

export const soak: Trial = async (scale) => {
  const seconds = scale.of(600, 5);
  const subject = await Subject.start();
  const course: Course = { sent: 0, over: false };
  const clients = Promise.all(
    Array.from({ length: CLIENTS }, (_, i) => client(subject.port, i % 2 === 0 ? '/mixed' : '/echo', course, i)),
  );
  while (course.sent < WARM_UP) await delay(10);
  const began = performance.now();
  const samples: number[] = [];
  for (let next = began; next < began + seconds * 1_000; next += (seconds * 1_000) / 60) {
    const { heap, external } = await subject.measure();
    samples.push(heap + external);
    await delay(Math.max(0, next - performance.now()));
  }
  course.over = true;
  await clients;
  const after = await subject.quiet();
  const third = Math.floor(samples.length / 3);
  const early = median(samples.slice(third, 2 * third));
  const late = median(samples.slice(2 * third));
  const growth = late - early;
  subject.stop();
  const findings: Finding[] = [
    { what: 'seconds', value: seconds },
    { what: 'messages', value: course.sent },
    { what: 'heap and buffers, median of the second third', value: mib(early) },
    {
      what: 'heap and buffers, median of the last third',
      value: `${mib(late)} (${((100 * growth) / early).toFixed(1)} %)`,
      holds: growth < (scale.full ? early / 10 : CHANCE),
    },
    { what: 'connections left', value: after.connections, holds: after.connections === 0 },
    { what: 'errors reported', value: JSON.stringify(after.errors), holds: after.errors.length === 0 },
  ];
  return findings;
};
