// 1. A client that reads a byte a second from a topic with many messages a second, beside clients that keep up, under each policy.
import type { Socket } from 'node:net';
import { until } from './cluster/clock.js';
import { type Finding, median, mib, percentile, sum, type Trial } from './report.js';
import { Subject } from './subject.js';
import { FrameReader, open } from './wire.js';

const POLICIES = ['close', 'drop-oldest', 'drop-newest', 'latest'];
const KEEPING_UP = 10;
/** Messages that may wait for the slow reader, and bytes that may wait to be sent to each client, as the server under trial bounds them. */
const MAILBOX = 1_000;
const BACKPRESSURE = 65_536;
/** Bytes around a message in its frame. */
const HEADER = 4;
/** Milliseconds that what was published last may be on its way. */
const SETTLE = 60_000;

interface Run {
  readonly p99: number;
  readonly heap: number;
  readonly rss: number;
  readonly lost: number;
  readonly congested: number;
  /** What the policy did: replaced, dropped, or ended for overflow. */
  readonly acted: number;
}

/**
 * One run: the clients that keep up must get everything, in order. That they do keep up is seen to: no more is published than the server may have waiting for one of
 * them, for a client that shares a busy machine with the server may stand still at any time, and would be one that does not keep up then.
 */
async function run(policy: string, perSecond: number, seconds: number, bytes: number, withSlowReader: boolean): Promise<Run> {
  const subject = await Subject.start();
  const sockets: Socket[] = [];
  const latencies: number[] = [];
  /** Messages that each of those who keep up has received. */
  const received = Array<number>(KEEPING_UP).fill(0);
  const window = Math.max(1, Math.floor(BACKPRESSURE / (bytes + HEADER)));
  let told = 0;
  let lost = 0;
  let over = false;
  const tell = () => {
    const all = Math.min(...received);
    if (over || all - told < window / 2) return;
    told = all;
    subject.received(all);
  };
  for (let i = 0; i < KEEPING_UP; i++) {
    const socket = await open(subject.port, `/ticks/${policy}`);
    const reader = new FrameReader();
    let next = 0;
    let count = 0;
    socket.on('data', (chunk: Buffer) => {
      const now = performance.timeOrigin + performance.now();
      for (const { payload } of reader.read(chunk)) {
        const [number, sentAt] = payload.toString('latin1').split(' ');
        if (Number(number) !== next) lost++;
        next = Number(number) + 1;
        count++;
        latencies.push(now - Number(sentAt));
      }
      received[i] = count;
      tell();
    });
    // Nobody is waited for any more when one of them is cut off.
    socket.once('close', () => {
      if (over) return;
      over = true;
      subject.received(Number.MAX_SAFE_INTEGER);
    });
    sockets.push(socket);
  }
  let dripping: NodeJS.Timeout | undefined;
  if (withSlowReader) {
    const slow = await open(subject.port, `/ticks/${policy}`);
    slow.pause();
    dripping = setInterval(() => slow.read(1), 1_000);
    sockets.push(slow);
  }
  const published = await subject.publish({ perSecond, seconds, bytes, window });
  const missing = () => sum(received.map((count) => published - count));
  await until(() => missing() === 0 || over || !subject.alive, SETTLE);
  over = true;
  lost += missing();
  const { heap, external, rss, counters } = await subject.measure();
  clearInterval(dripping);
  for (const socket of sockets) socket.destroy();
  subject.stop();
  return {
    p99: percentile(latencies, 0.99),
    heap: heap + external,
    rss,
    lost,
    congested: counters.congested,
    acted: counters.replaced + counters.dropped + counters.overflowed,
  };
}

export const slowReader: Trial = async (scale) => {
  // Short ones are fewer and larger, to fill the kernel's buffers within their second.
  const perSecond = scale.of(10_000, 500);
  const bytes = scale.of(256, 32_768);
  const seconds = scale.of(10, 1);
  const findings: Finding[] = [];
  for (const policy of POLICIES) {
    const without: Run[] = [];
    const beside: Run[] = [];
    for (let round = 0; round < scale.of(3, 1); round++) {
      without.push(await run(policy, perSecond, seconds, bytes, false));
      beside.push(await run(policy, perSecond, seconds, bytes, true));
    }
    const heap = median(beside.map((r) => r.heap)) - median(without.map((r) => r.heap));
    const rss = median(beside.map((r) => r.rss)) / median(without.map((r) => r.rss));
    const p99 = median(beside.map((r) => r.p99)) / median(without.map((r) => r.p99));
    const lost = [...without, ...beside].reduce((sum, r) => sum + r.lost, 0);
    findings.push(
      { what: `${policy}: lost or reordered at the clients that keep up`, value: lost, holds: lost === 0 },
      {
        what: `${policy}: times that the slow reader was over its limit`,
        value: beside.map((r) => r.congested).join(', '),
        holds: beside.every((r) => r.congested > 0),
      },
      {
        what: `${policy}: the policy acted`,
        value: beside.map((r) => r.acted).join(', '),
        ...(scale.full && { holds: beside.every((r) => r.acted > 0) }),
      },
      {
        what: `${policy}: heap and buffers more than without the slow reader`,
        value: mib(heap),
        holds: heap < 1_048_576 + MAILBOX * bytes,
      },
      { what: `${policy}: resident memory to that without it`, value: rss.toFixed(3) },
      { what: `${policy}: p99 of the others to that without it`, value: p99.toFixed(2) },
    );
  }
  return findings;
};
