// Kept here, so that a test runner that fakes the timers of the process does not stop this too.
const { setInterval, clearInterval } = globalThis;

/** As seldom as Node can. */
const SELDOM = 0x7fff_ffff;

/** Keeps the process while something is waited for, which the timers of a server or a bus do not: they alone would let it end before they ring. */
export class ProcessHold {
  #timer: NodeJS.Timeout | undefined;

  hold(): void {
    this.#timer ??= setInterval(() => undefined, SELDOM);
  }

  release(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
