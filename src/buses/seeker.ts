import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds before the first attempt to connect again; each further pause is twice as long, up to the last. */
const FIRST_PAUSE = 50;
const LAST_PAUSE = 1_000;

/** Milliseconds that connecting takes a busy node, subscriptions included. */
const CONNECTING = 500;

/** Milliseconds within which all nodes are back that lost a broker together. */
export const REGROUP_TIME = LAST_PAUSE + CONNECTING;

/** Seeks a broker that was lost. One that is lost again as soon as it is found is sought with the pauses that there were. */
export class Seeker {
  #pause = FIRST_PAUSE;
  #foundAt = 0;

  /** There is a connection. */
  found(): void {
    this.#foundAt = performance.now();
  }

  /**
   * Tries to connect until it succeeds, which is answered with true, or until the signal is aborted. That the broker is away has been told; that it still
   * is would be told without end, so what attempts fail with is let go.
   */
  async seek(connect: () => Promise<void>, signal: AbortSignal): Promise<boolean> {
    if (performance.now() - this.#foundAt > LAST_PAUSE) this.#pause = FIRST_PAUSE;
    while (!signal.aborted) {
      // Nodes that lost it together do not come back together.
      const paused = await succeeds(pause(this.#pause * (0.5 + Math.random() / 2), undefined, { signal }));
      this.#pause = Math.min(2 * this.#pause, LAST_PAUSE);
      if (paused && (await succeeds(connect()))) return true;
    }
    return false;
  }
}

function succeeds(attempt: Promise<unknown>): Promise<boolean> {
  return attempt.then(
    () => true,
    () => false,
  );
}
