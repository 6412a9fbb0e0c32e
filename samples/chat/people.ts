import type { PresenceDiff, PresenceEntry, Ref } from 'vaquero';

/** What others see of one who is in a room: the meta of their presence. */
export interface Person {
  readonly name: string;
  /** When they came, by the clock of their node. */
  readonly since: number;
  /** The node that they are on, where there are several. */
  readonly node?: string | undefined;
}

/** Who came and who went, as far as a list of names shows it. */
export interface News {
  readonly joined: readonly Person[];
  readonly left: readonly Person[];
}

/** Who is in a room, as one who is there knows it: all at first, then each change. By ref, for two can have one name for a moment. */
export class People {
  readonly #byRef: Map<Ref, Person>;

  constructor(present: readonly PresenceEntry[] = []) {
    this.#byRef = new Map(present.map(({ ref, meta }) => [ref, meta as Person]));
  }

  /** In the order in which they came. */
  get inOrder(): (readonly [Ref, Person])[] {
    return [...this.#byRef].sort(([, a], [, b]) => a.since - b.since);
  }

  /** The wanted name; with a number if somebody has it, in whatever case. Refusing it would lock out who comes back before the old connection has gone. */
  freeName(wanted: string): string {
    let name = wanted;
    for (let n = 2; this.#has(name); n++) name = `${wanted} ${n}`;
    return name;
  }

  apply({ joins, leaves }: PresenceDiff): News {
    return { left: leaves.flatMap(({ ref }) => this.#remove(ref)), joined: joins.flatMap((entry) => this.#add(entry)) };
  }

  #add({ ref, meta }: PresenceEntry): Person[] {
    const person = meta as Person;
    const known = this.#has(person.name);
    this.#byRef.set(ref, person);
    return known ? [] : [person];
  }

  #remove(ref: Ref): Person[] {
    const person = this.#byRef.get(ref);
    this.#byRef.delete(ref);
    return person === undefined || this.#has(person.name) ? [] : [person];
  }

  #has(wanted: string): boolean {
    return [...this.#byRef.values()].some(({ name }) => isSame(name, wanted));
  }
}

/**
 * Whether one must leave a name to another. Two who come at once can both find it free; each then hears of the other, and who came later, by the clocks of
 * their nodes, takes the next.
 */
export function mustYield(one: PresenceEntry, other: PresenceEntry): boolean {
  const [mine, theirs] = [one.meta as Person, other.meta as Person];
  if (one.ref === other.ref || !isSame(mine.name, theirs.name)) return false;
  return theirs.since === mine.since ? other.ref < one.ref : theirs.since < mine.since;
}

function isSame(name: string, other: string): boolean {
  return name.toLowerCase() === other.toLowerCase();
}
