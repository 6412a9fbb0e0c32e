import type { Said } from './infos.js';

/** Lines that a room remembers. */
export const MAX_HISTORY = 100;

/** One room: who is there, and what was said last. */
export class Room {
  readonly history: Said[] = [];
  readonly #members = new Map<string, string>();
  #lastTime = 0;

  get names(): string[] {
    return [...this.#members.values()];
  }

  get empty(): boolean {
    return this.#members.size === 0;
  }

  /** Lets one in; a name that is taken, in whatever case, gets a number. Refusing it would lock out who comes back before the old connection has gone. */
  add(wanted: string): string {
    let name = wanted;
    for (let n = 2; this.#members.has(name.toLowerCase()); n++) name = `${wanted} ${n}`;
    this.#members.set(name.toLowerCase(), name);
    return name;
  }

  remove(name: string): void {
    this.#members.delete(name.toLowerCase());
  }

  remember(line: Said): void {
    this.history.push(line);
    if (this.history.length > MAX_HISTORY) this.history.shift();
  }

  /** Now, and later than ever before, however often it is asked in a millisecond. */
  time(): number {
    this.#lastTime = Math.max(Date.now(), this.#lastTime + 1);
    return this.#lastTime;
  }
}
