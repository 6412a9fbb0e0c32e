import type { Clock } from './clock.js';

/** Whether something is over within so many milliseconds; answers as soon as it is. What is waited for must not reject. */
export function isOverWithin(over: Promise<unknown>, clock: Clock, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.setTimeout(() => resolve(false), ms);
    void over.then(() => {
      clock.clearTimeout(timer);
      resolve(true);
    });
  });
}
