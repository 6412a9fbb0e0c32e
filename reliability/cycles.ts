// 3. Connections that come and go, handshakes that are aborted, upgrades that are refused: nothing of them stays.
import { once } from 'node:events';
import { connect } from 'node:net';
import { type Finding, mib, type Trial } from './report.js';
import { Subject } from './subject.js';
import { frame, gone, open, request } from './wire.js';

const AT_ONCE = 32;
const GOING_AWAY = frame(8, Buffer.from([0x03, 0xe9]));

async function openAndClose(port: number, i: number): Promise<void> {
  // Many source addresses, for one runs out of ports within a minute.
  const socket = await open(port, '/echo', `127.0.${(i >> 6) & 127}.${2 + (i & 63)}`);
  socket.resume();
  socket.write(GOING_AWAY);
  socket.once('end', () => socket.end());
  await gone(socket);
}

async function abort(port: number, i: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.${(i >> 6) & 127}.${2 + (i & 63)}` });
  socket.on('error', () => undefined);
  await once(socket, 'connect').catch(() => undefined);
  const whole = request('/echo', port);
  socket.write(whole.slice(0, 1 + (i % (whole.length - 1))), () => socket.resetAndDestroy());
  await gone(socket);
}

async function refused(port: number, i: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.${(i >> 6) & 127}.${2 + (i & 63)}` });
  socket.on('error', () => undefined);
  socket.write(request('/refused', port));
  socket.resume();
  await gone(socket);
}

async function repeat(times: number, one: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < times) await one(next++);
    }),
  );
}

export const cycles: Trial = async (scale) => {
  const subject = await Subject.start();
  const findings: Finding[] = [];
  const kinds = [
    { what: 'connect-close cycles', times: scale.of(1_000_000, 2_000), one: openAndClose },
    { what: 'aborted handshakes', times: scale.of(100_000, 1_000), one: abort },
    { what: 'refused upgrades', times: scale.of(100_000, 1_000), one: refused },
  ];
  // The first thousands fill caches and let the compiler settle; they are not counted.
  for (const { one } of kinds) await repeat(scale.of(5_000, 1_000), (i) => one(subject.port, i));
  for (const { what, times, one } of kinds) {
    const before = await subject.quiet();
    await repeat(times, (i) => one(subject.port, i));
    const after = await subject.quiet(before.handles);
    const heap = after.heap - before.heap;
    findings.push(
      { what, value: times },
      {
        what: `${what}: heap kept`,
        value: `${mib(heap)} (${(heap / times).toFixed(2)} bytes each)`,
        holds: heap < 1_048_576 + times,
      },
      {
        what: `${what}: handles before and after`,
        value: `${before.handles}, ${after.handles}`,
        holds: after.handles <= before.handles,
      },
      { what: `${what}: connections left`, value: after.connections, holds: after.connections === 0 },
    );
  }
  const { errors } = await subject.measure();
  findings.push({ what: 'errors reported', value: JSON.stringify(errors), holds: errors.length === 0 });
  subject.stop();
  return findings;
};
