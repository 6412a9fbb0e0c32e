// The measured part of a run: counts what arrives between `begin` and `end`, and how busy both processes were meanwhile.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Histogram } from './histogram.js';

// USER_HZ, the unit of /proc/pid/stat, is 100 on every Linux that Node supports.
const TICK_MS = 10;
const DRAIN_MS = 15_000;

export class Window {
  /** Whether arrivals count. */
  counting = false;
  /** Whether new messages are sent for those that arrived. */
  sending = false;
  count = 0;
  histogram = new Histogram();
  #serverPids;
  #brokerPids;

  constructor({ serverPids, brokerPids }) {
    this.#serverPids = serverPids;
    this.#brokerPids = brokerPids;
  }

  /** `weight` is the number of arrivals that this one stands for. */
  add(latency, weight = 1) {
    this.count += weight;
    this.histogram.add(latency);
  }

  /** Runs `start`, warms up, measures, and waits until `outstanding` answers 0. */
  async measure({ warmup, seconds, start, outstanding, faults }) {
    this.sending = true;
    start();
    await sleep(warmup * 1000);
    const measured = await this.#count(seconds);
    this.sending = false;
    await drained(outstanding, faults);
    return { ...measured, faults: faults.take() };
  }

  async #count(seconds) {
    this.count = 0;
    this.histogram.reset();
    this.counting = true;
    const server = cpuOf(this.#serverPids);
    const broker = cpuOf(this.#brokerPids);
    const own = process.cpuUsage();
    const began = performance.now();
    await sleep(seconds * 1000);
    const elapsed = performance.now() - began;
    const ownUsed = process.cpuUsage(own);
    const serverUsed = cpuOf(this.#serverPids) - server;
    const brokerUsed = cpuOf(this.#brokerPids) - broker;
    this.counting = false;
    return {
      rate: (this.count / elapsed) * 1000,
      p50: this.histogram.quantile(0.5),
      p99: this.histogram.quantile(0.99),
      serverBusy: serverUsed / elapsed,
      brokerBusy: brokerUsed / elapsed,
      loadBusy: (ownUsed.user + ownUsed.system) / 1000 / elapsed,
    };
  }
}

/** Waits for the replies that are still under way; one that does not come is lost. */
async function drained(outstanding, faults) {
  const deadline = performance.now() + DRAIN_MS;
  while (outstanding() > 0 && performance.now() < deadline) await sleep(5);
  if (outstanding() > 0) faults.add(`${outstanding()} messages lost.`);
}

/** Milliseconds that processes have spent on a processor, or NaN where the system does not tell. */
function cpuOf(pids) {
  return pids.reduce((sum, pid) => sum + cpuOfOne(pid), 0);
}

function cpuOfOne(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may contain spaces; `utime` and `stime` are the 12th and 13th fields after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return NaN;
  }
}
