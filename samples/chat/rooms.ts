import { singleton } from 'tsyringe';
import { Bus } from 'vaquero';
import { Joined, Left, Renamed, Said } from './infos.js';

/** How much of what was said a room remembers. */
const HISTORY = 100;

/** How many rooms that nobody is in are remembered. */
const EMPTY_ROOMS = 100;

/** Someone in a room. */
export interface Person {
  readonly id: number;
  readonly name: string;
}

/** The topic that a room's infos are published to. */
export function topicOf(room: string): string {
  return `chat:${room}`;
}

/**
 * Who is in which room and what was said there. It knows nothing of sockets: it publishes infos, and whoever subscribed to the room's topic
 * receives them.
 */
@singleton()
export class Rooms {
  readonly #rooms = new Map<string, Room>();
  /** Those that nobody is in, the one left longest ago first. */
  readonly #empty = new Set<string>();

  constructor(private readonly bus: Bus) {}

  /** Takes a seat in a room, which is made if there is none. */
  join(name: string, visitor: string): Seat {
    const room = this.#rooms.get(name) ?? this.#open(name);
    this.#empty.delete(name);
    return new Seat(room, visitor, () => this.#left(name, room));
  }

  #open(name: string): Room {
    const room = new Room((info) => this.bus.publish(topicOf(name), info));
    this.#rooms.set(name, room);
    return room;
  }

  #left(name: string, room: Room): void {
    if (room.people.size > 0) return;
    this.#empty.add(name);
    if (this.#empty.size <= EMPTY_ROOMS) return;
    const oldest = this.#empty.values().next().value as string;
    this.#empty.delete(oldest);
    this.#rooms.delete(oldest);
  }
}

class Room {
  readonly people = new Map<number, Person>();
  readonly history: Said[] = [];
  #lastPerson = 0;
  #lastSaid = 0;

  constructor(readonly publish: (info: object) => void) {}

  nextPerson(): number {
    return ++this.#lastPerson;
  }

  say({ id, name }: Person, text: string): void {
    const said = new Said(++this.#lastSaid, id, name, text, Date.now());
    this.history.push(said);
    if (this.history.length > HISTORY) this.history.shift();
    this.publish(said);
  }
}

/** One visitor's place in a room, from coming to leaving. */
export class Seat {
  readonly #room: Room;
  readonly #left: () => void;
  #person: Person;

  /** Made by {@link Rooms.join}. */
  constructor(room: Room, name: string, left: () => void) {
    this.#room = room;
    this.#left = left;
    this.#person = { id: room.nextPerson(), name };
    room.people.set(this.#person.id, this.#person);
    room.publish(new Joined(this.#person.id, name, Date.now()));
  }

  get person(): Person {
    return this.#person;
  }

  get people(): Person[] {
    return [...this.#room.people.values()];
  }

  get history(): readonly Said[] {
    return this.#room.history;
  }

  say(text: string): void {
    this.#room.say(this.#person, text);
  }

  rename(name: string): void {
    const { id, name: was } = this.#person;
    if (name === was) return;
    this.#person = { id, name };
    this.#room.people.set(id, this.#person);
    this.#room.publish(new Renamed(id, name, was, Date.now()));
  }

  leave(): void {
    const { id, name } = this.#person;
    if (!this.#room.people.delete(id)) return;
    this.#room.publish(new Left(id, name, Date.now()));
    this.#left();
  }
}
