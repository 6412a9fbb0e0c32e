import { atRest } from '../core/scheduler.js';

// Kept here, so that a test runner that fakes the timers of the process does not stop this too.
const { setImmediate } = globalThis;

/** Rounds that what is in memory takes at least to reach the other end: a generator that was full goes on in a round of its own. */
const FEWEST = 3;
/** Connections that keep each other at work for longer than this are not waited for. */
const MOST = 1_000;

/** Once round the event loop: all that waits for nothing but promises is done. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What has been begun is done, as far as it waits for nothing from outside: frames and infos are handled, replies have arrived. */
export async function settled(rounds = FEWEST): Promise<void> {
  for (let i = 0; i < rounds || (!atRest() && i < MOST); i++) await turn();
}
