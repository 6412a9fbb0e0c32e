import type { Said } from './infos.js';

/** Lines that are remembered. */
export const MAX_HISTORY = 100;

/** What one person heard last in a room. */
export class History {
  readonly #lines: Said[];
  #lastTime = 0;

  constructor(lines: readonly Said[] = []) {
    this.#lines = [...lines];
  }

  /** Oldest first. */
  get lines(): readonly Said[] {
    return [...this.#lines];
  }

  /** Remembers a line; false for one that is known, from whoever told what was said before. */
  add(line: Said): boolean {
    if (this.#lines.some(({ name, at }) => at === line.at && name === line.name)) return false;
    this.#lines.push(line);
    if (this.#lines.length > MAX_HISTORY) this.#lines.shift();
    return true;
  }

  /** Now, and later than ever before, however often it is asked in a millisecond. */
  time(): number {
    this.#lastTime = Math.max(Date.now(), this.#lastTime + 1);
    return this.#lastTime;
  }
}
