import { Client } from './client.js';
import { until } from './clock.js';
import type { TrialNode } from './nodes.js';

const ROOM = 'room';
/** Members that each node has. */
export const MEMBERS_EACH = 5;
/** Milliseconds that a list may take. */
const PATIENCE = 20_000;

/** Who is present, and who sees it. */
export class Room {
  /** The refs of each node's members. */
  readonly refs: string[][] = [];
  /** Refs that the observer was told to have left, in order. */
  readonly left: string[] = [];
  readonly #members: Client[] = [];
  #present: string[] | undefined;
  #observer: Client | undefined;

  /** Members on all nodes, and an observer on the first. */
  static async on(nodes: readonly TrialNode[]): Promise<Room> {
    const room = new Room();
    for (const { port } of nodes) {
      const members = await Promise.all(Array.from({ length: MEMBERS_EACH }, () => Client.connect(port, `/enter/${ROOM}`)));
      room.#members.push(...members);
      room.refs.push(await Promise.all(members.map((member) => member.greeting)));
    }
    room.#observer = await Client.connect((nodes[0] as TrialNode).port, `/observe/${ROOM}`, (text) => room.#hear(text));
    await room.#observer.greeting;
    return room;
  }

  /** The refs that are listed. */
  async list(): Promise<string[]> {
    this.#present = undefined;
    this.#observer?.say('list');
    await until(() => this.#present !== undefined, PATIENCE);
    return this.#present ?? [];
  }

  end(): void {
    for (const client of [...this.#members, this.#observer]) client?.end();
  }

  #hear(text: string): void {
    const { present, left } = JSON.parse(text) as { present?: string[]; left?: string[] };
    if (present !== undefined) this.#present = present;
    this.left.push(...(left ?? []));
  }
}
