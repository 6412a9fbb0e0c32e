import { MAX_DELAY } from '../clock.js';

/** Keeps the process until something has happened, which the timers of a server do not: where they are all that is left, Node would end before they ring. */
export async function hold<T>(pending: Promise<T>): Promise<T> {
  const timer = setInterval(() => undefined, MAX_DELAY);
  try {
    return await pending;
  } finally {
    clearInterval(timer);
  }
}
