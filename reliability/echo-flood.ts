// 2. Clients that send without end to an echo handler and never read.
import { once } from 'node:events';
import { type Finding, mib, percentile, type Trial } from './report.js';
import { Subject } from './subject.js';
import { frame, open } from './wire.js';

const FLOODERS = 20;
/** What the library may keep of a flooder: backpressure's limit, what was read ahead of it, and a turn's replies. */
const BOUND = 4 * 1_048_576;

async function echoLatencies(port: number, count: number): Promise<number[]> {
  const socket = await open(port, '/echo');
  const latencies: number[] = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    const answer = once(socket, 'data');
    socket.write(frame(1, `ping ${i}`));
    await answer;
    latencies.push(performance.now() - began);
  }
  socket.destroy();
  return latencies;
}

export const echoFlood: Trial = async (scale) => {
  const subject = await Subject.start();
  const before = await subject.measure();
  const calm = await echoLatencies(subject.port, scale.of(5_000, 200));
  const burst = Buffer.concat(Array.from({ length: 64 }, () => frame(2, Buffer.alloc(1_024, 7))));
  const most = scale.of(256, 32) * 1_048_576;
  const flooders = await Promise.all(Array.from({ length: FLOODERS }, () => open(subject.port, '/echo')));
  let sent = 0;
  const stuck = flooders.map(async (socket) => {
    socket.pause();
    // Until the server stops reading, and the kernel's buffers are full.
    for (let mine = 0; mine < most; mine += burst.length) {
      sent += burst.length;
      if (!socket.write(burst)) {
        const drained = await Promise.race([
          once(socket, 'drain').then(() => true),
          new Promise((resolve) => setTimeout(resolve, 1_000, false)),
        ]);
        if (!drained) return true;
      }
    }
    return false;
  });
  const held = (await Promise.all(stuck)).filter(Boolean).length;
  const during = await subject.measure();
  const disturbed = await echoLatencies(subject.port, scale.of(5_000, 200));
  const kept = during.heap + during.external - before.heap - before.external;
  for (const socket of flooders) socket.destroy();
  const after = await subject.quiet();
  subject.stop();
  const findings: Finding[] = [
    { what: 'flooders', value: FLOODERS },
    { what: 'sent by all flooders', value: mib(sent) },
    { what: 'flooders that the server stopped reading', value: held, holds: held === FLOODERS },
    { what: 'heap and buffers kept per flooder', value: mib(kept / FLOODERS), holds: kept / FLOODERS < BOUND },
    { what: 'p99 of another client before, ms', value: percentile(calm, 0.99).toFixed(2) },
    { what: 'p99 of another client meanwhile, ms', value: percentile(disturbed, 0.99).toFixed(2) },
    { what: 'connections left', value: after.connections, holds: after.connections === 0 },
  ];
  return findings;
};
