import type { Clock } from '../clock.js';
import { isOverWithin } from '../within.js';

/** Milliseconds after which it is looked whether a broker has answered something. */
const BEAT = 500;

/**
 * Waits for something as long as the broker answers: true when it is over, false when nothing of what is left has been answered for too long. Beats are
 * counted, and not time: a process that stood still itself has not missed more than one.
 * @param over - what is waited for; rejects never
 * @param patience - milliseconds for which the broker may answer nothing
 * @param left - how much is not answered yet
 */
export async function whileAnswered(
  over: Promise<unknown>,
  clock: Clock,
  patience: number,
  left: () => number,
): Promise<boolean> {
  let before = left();
  for (let silence = 0; silence < patience; ) {
    if (await isOverWithin(over, clock, BEAT)) return true;
    const now = left();
    silence = now < before ? 0 : silence + BEAT;
    before = now;
  }
  return false;
}
