import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { type Runnable, wake } from '../../src/core/scheduler.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that are held. */
function held(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Two that wake each other, so that one always waits; answers what was held when the last of so many ran. */
function playPingPong(times: number): Promise<number> {
  return new Promise((resolve) => {
    let left = times;
    const waking = (other: () => Runnable): Runnable => ({
      awake: false,
      run() {
        if (--left > 0) wake(other());
        else if (left === 0) resolve(held());
      },
    });
    const one: Runnable = waking(() => two);
    const two: Runnable = waking(() => one);
    wake(one);
    wake(two);
  });
}

test('a queue that is never empty does not grow', async () => {
  const before = await playPingPong(10_000);
  const after = await playPingPong(1_000_000);
  // An entry for each would be 8 MB.
  expect(after - before).toBeLessThan(2_000_000);
});

test('those that wait keep their order while the queue is cut short', async () => {
  const ran: number[] = [];
  const expected = Array.from({ length: 5_000 }, (_, number) => number);
  await new Promise<void>((resolve) => {
    // Each wakes one more behind all that wait, until there are none to wake.
    let next = 1_000;
    const numbered = (number: number): Runnable => ({
      awake: false,
      run() {
        ran.push(number);
        if (next < expected.length) wake(numbered(next++));
        if (ran.length === expected.length) resolve();
      },
    });
    for (let number = 0; number < 1_000; number++) wake(numbered(number));
  });
  expect(ran).toEqual(expected);
});
