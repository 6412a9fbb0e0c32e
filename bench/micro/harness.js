// Measures a small piece of code: nanoseconds, bytes and promises for each message. Runs in a process with a young generation so
// large that nothing is collected while bytes are counted (the package's script `micro` starts it).
import { createHook } from 'node:async_hooks';
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { median } from '../runner/statistics.js';

const WARMUP_MS = 300;
const SAMPLE_MS = 100;
const SAMPLES = 7;
const COUNTED = 20_000;
// Operations between two turns of the event loop, in which streams do what they put off.
const BATCH = 64;

/** A subject is `{ name, operation, messages }`: `operation(i)` does the work of so many messages (1 by default), synchronously. */
export async function measure({ name, operation, messages = 1 }) {
  const perBatch = await calibrate(operation);
  const batches = Math.max(1, Math.round(SAMPLE_MS / perBatch));
  const samples = [];
  for (let i = 0; i < SAMPLES; i++) samples.push((await timed(operation, batches)) / (batches * BATCH));
  return {
    name,
    nanoseconds: (median(samples) * 1e6) / messages,
    bytes: (await allocated(operation, COUNTED / messages)) / messages,
    promises: (await promisesMade(operation)) / messages,
  };
}

/** Warms up and answers the milliseconds of a batch. */
async function calibrate(operation) {
  const began = performance.now();
  let batches = 0;
  while (performance.now() - began < WARMUP_MS) {
    batch(operation);
    batches++;
    await turn();
  }
  return (performance.now() - began) / batches;
}

/** Milliseconds that so many batches take, without the turns between them. */
async function timed(operation, batches) {
  let spent = 0;
  for (let i = 0; i < batches; i++) {
    const began = performance.now();
    batch(operation);
    spent += performance.now() - began;
    await turn();
  }
  return spent;
}

/** The last result, kept so that no operation can be left out because nobody wants it. */
export let result;

function batch(operation) {
  for (let i = 0; i < BATCH; i++) result = operation(i);
}

/** Bytes that an operation allocates on the heap: only operations count, what a turn of the event loop allocates does not. */
async function allocated(operation, counted) {
  globalThis.gc();
  const collections = watchCollections();
  let bytes = 0;
  let operations = 0;
  while (operations < counted) {
    const before = process.memoryUsage().heapUsed;
    batch(operation);
    bytes += process.memoryUsage().heapUsed - before;
    operations += BATCH;
    await turn();
  }
  collections.stop();
  return collections.count > 0 ? NaN : bytes / operations - (await readingCost());
}

/** What reading the heap's size costs itself, for each operation of a batch. */
async function readingCost() {
  let bytes = 0;
  const readings = 500;
  for (let i = 0; i < readings; i++) {
    const before = process.memoryUsage().heapUsed;
    bytes += process.memoryUsage().heapUsed - before;
  }
  await turn();
  return bytes / readings / BATCH;
}

function watchCollections() {
  const watch = { count: 0, stop: () => observer.disconnect() };
  const observer = new PerformanceObserver((list) => {
    watch.count += list.getEntries().length;
  });
  observer.observe({ entryTypes: ['gc'] });
  return watch;
}

/** Promises that an operation makes, told by the hook that sees every one. */
async function promisesMade(operation) {
  let promises = 0;
  const hook = createHook({
    init(_id, type) {
      if (type === 'PROMISE') promises++;
    },
  }).enable();
  batch(operation);
  hook.disable();
  await turn();
  return promises / BATCH;
}
