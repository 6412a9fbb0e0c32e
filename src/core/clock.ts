/** Where time comes from: the machine, or a test that advances it by hand. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Calls back once, in `ms` milliseconds or a little later. */
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** The longest delay that `setTimeout` of Node can take, in milliseconds. */
export const MAX_DELAY = 2_147_483_647;

/** The machine's monotonic clock. Its timers do not keep the process alive: open sockets do. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms).unref(),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};
