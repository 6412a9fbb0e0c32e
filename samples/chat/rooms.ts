import { singleton } from 'tsyringe';
import { Bus } from 'vaquero';
import { Joined, Left, Said, Typing, topicOf } from './infos.js';
import { Room } from './room.js';

/** Milliseconds for which an empty room is remembered, so that whoever reloads the page alone finds the room as it was. */
export const KEEP_EMPTY = 10 * 60_000;
/** Empty rooms that are remembered; the one that has been empty for longest goes first, so that they cannot fill the memory. */
export const MAX_EMPTY = 1_000;

/** What one finds on coming into a room. */
export interface Arrival {
  /** What one is called here: the wanted name, or with a number if somebody else has it. */
  readonly name: string;
  /** Who is there, oneself included. */
  readonly names: readonly string[];
  /** What was said last, oldest first. */
  readonly lines: readonly Said[];
}

/** All rooms. Whatever happens in one is published to its topic; who listens, and over what, is not known here. */
@singleton()
export class Rooms {
  readonly #rooms = new Map<string, Room>();
  readonly #empty = new Map<string, NodeJS.Timeout>();

  constructor(private readonly bus: Bus) {}

  join(title: string, wanted: string): Arrival {
    const room = this.#open(title);
    const name = room.add(wanted);
    this.bus.publish(topicOf(title), new Joined(name, room.time()));
    return { name, names: room.names, lines: [...room.history] };
  }

  say(title: string, name: string, text: string): void {
    const room = this.#open(title);
    const line = new Said(name, text, room.time());
    room.remember(line);
    this.bus.publish(topicOf(title), line);
  }

  typing(title: string, name: string): void {
    this.bus.publish(topicOf(title), new Typing(name));
  }

  leave(title: string, name: string): void {
    const room = this.#open(title);
    room.remove(name);
    this.bus.publish(topicOf(title), new Left(name, room.time()));
    if (room.empty) this.#close(title, room);
  }

  /** Rooms that are in memory. */
  get size(): number {
    return this.#rooms.size;
  }

  #open(title: string): Room {
    clearTimeout(this.#empty.get(title));
    this.#empty.delete(title);
    let room = this.#rooms.get(title);
    if (room === undefined) {
      room = new Room();
      this.#rooms.set(title, room);
    }
    return room;
  }

  /** The last has left: a room where nothing was said is dropped at once, any other after a while. */
  #close(title: string, room: Room): void {
    if (room.history.length === 0) return this.#drop(title);
    // Not what keeps the process alive.
    this.#empty.set(title, setTimeout(() => this.#drop(title), KEEP_EMPTY).unref());
    const [oldest] = this.#empty.keys();
    if (oldest !== undefined && this.#empty.size > MAX_EMPTY) this.#drop(oldest);
  }

  #drop(title: string): void {
    clearTimeout(this.#empty.get(title));
    this.#empty.delete(title);
    this.#rooms.delete(title);
  }
}
