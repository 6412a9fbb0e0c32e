import { singleton } from 'tsyringe';
import type { Said } from './infos.js';

/** Milliseconds for which a room that was left is remembered, so that whoever reloads the page alone finds it as it was. */
export const KEEP = 10 * 60_000;
/** Rooms that are remembered; the one that was left first goes first, so that they cannot fill the memory. */
export const MAX_ROOMS = 1_000;

interface Left {
  readonly lines: readonly Said[];
  readonly forgetting: NodeJS.Timeout;
}

/** What those who left knew of their rooms, for when nobody is there to be asked. Each node has its own, and knows of those who were on it. */
@singleton()
export class Memory {
  readonly #rooms = new Map<string, Left>();

  /** Who leaves last knows most, so each takes the place of the one before. */
  keep(room: string, lines: readonly Said[]): void {
    if (lines.length === 0) return;
    this.#forget(room);
    // Not what keeps the process alive.
    this.#rooms.set(room, { lines, forgetting: setTimeout(() => this.#forget(room), KEEP).unref() });
    const [oldest] = this.#rooms.keys();
    if (oldest !== undefined && this.#rooms.size > MAX_ROOMS) this.#forget(oldest);
  }

  recall(room: string): readonly Said[] {
    return this.#rooms.get(room)?.lines ?? [];
  }

  #forget(room: string): void {
    clearTimeout(this.#rooms.get(room)?.forgetting);
    this.#rooms.delete(room);
  }
}
