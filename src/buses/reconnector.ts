import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds before the first attempt to connect again; each further pause is twice as long, up to the last. */
const FIRST_PAUSE = 50;
const LAST_PAUSE = 1_000;

/** Milliseconds that connecting takes a busy node, subscriptions included. */
const CONNECTING = 500;

/** Milliseconds within which all nodes are back that lost a broker together. */
export const REGROUP_TIME = LAST_PAUSE + CONNECTING;

/** Connects again to a broker that was lost. Where it is lost again as soon as it is found, the pauses stay as long as they were. */
export class Reconnector {
  #pause = FIRST_PAUSE;
  #connectedAt = 0;

  /** There is a connection. */
  connected(): void {
    this.#connectedAt = performance.now();
  }

  /** Tries to connect until it succeeds or the signal is aborted. What attempts fail with is for `connect` to tell. */
  async reconnect(connect: () => Promise<void>, signal: AbortSignal): Promise<void> {
    if (performance.now() - this.#connectedAt > LAST_PAUSE) this.#pause = FIRST_PAUSE;
    while (!signal.aborted) {
      // Nodes that lost it together do not come back together.
      const paused = await succeeds(pause(this.#pause * (0.5 + Math.random() / 2), undefined, { signal }));
      this.#pause = Math.min(2 * this.#pause, LAST_PAUSE);
      if (paused && (await succeeds(connect()))) return;
    }
  }
}

function succeeds(attempt: Promise<unknown>): Promise<boolean> {
  return attempt.then(
    () => true,
    () => false,
  );
}
