import { describe } from '../errors.js';
import type { Ref } from '../ref.js';
import type { Down } from '../timeout.js';
import { nodeOf } from './channels.js';
import { Kind } from './envelope.js';
import { type RemoteWatcher, type Speaker, Tag } from './speaker.js';

/** Monitors from node to node: of connections elsewhere that are watched from here, and of those here that are watched from elsewhere. */
export class RemoteMonitors {
  /** Connections elsewhere, by node. */
  readonly #watched = new Map<string, Set<Ref>>();
  /** Of those, the ones that their node did not hear of: it is dead, or away for a moment. */
  readonly #unheard = new Set<Ref>();
  /** Who watches here for other nodes, by connection and node. */
  readonly #watching = new Map<string, { readonly ref: Ref; readonly watcher: RemoteWatcher }>();

  /** Nodes that have watched here, and may have missed how it ended. */
  readonly #watchers = new Set<string>();

  constructor(
    private readonly node: string,
    private readonly speaker: Speaker,
  ) {}

  // --- From here ---

  monitor(node: string, ref: Ref): void {
    const watched = this.#watched.get(node);
    if (watched === undefined) this.#watched.set(node, new Set([ref]));
    else watched.add(ref);
    this.#tell(node, ref);
  }

  demonitor(node: string, ref: Ref): void {
    if (this.#forget(node, ref)) this.speaker.tellState(node, Kind.demonitor, [ref], Tag.other);
  }

  /** Another node says that a connection of it has ended. */
  ended(ref: Ref, reason: unknown): void {
    if (this.#forget(nodeOf(ref) ?? '', ref)) this.speaker.ended(ref, reason);
  }

  /** A node did not hear that it shall watch. */
  unheard(ref: Ref): void {
    if (!this.#watched.get(nodeOf(ref) ?? '')?.has(ref)) return;
    this.#unheard.add(ref);
    this.speaker.suspect();
  }

  /** The nodes that had not heard turned out to be alive, so they are told again. */
  retell(): void {
    const unheard = [...this.#unheard];
    this.#unheard.clear();
    for (const ref of unheard) this.#tell(nodeOf(ref) as string, ref);
  }

  /**
   * What was said before the broker was away, or while it was, may be lost: all nodes are told again whom they shall watch, and asked whom this one shall. Of
   * two nodes the one that does so last reaches the other, so nothing that is said in between need arrive.
   */
  repeat(): void {
    for (const node of this.#watched.keys()) this.repeatTo(node);
    for (const node of this.#watchers) this.speaker.tellState(node, Kind.back, [this.node], Tag.other);
  }

  /** A node is told again whom it shall watch; it answers at once where that has ended. */
  repeatTo(node: string): void {
    for (const ref of this.#watched.get(node) ?? []) this.#tell(node, ref);
  }

  #tell(node: string, ref: Ref): void {
    this.speaker.tellState(node, Kind.monitor, [ref], Tag.monitor + Buffer.from(ref).toString('hex'));
  }

  #forget(node: string, ref: Ref): boolean {
    const watched = this.#watched.get(node);
    const known = watched?.delete(ref) === true;
    this.#unheard.delete(ref);
    if (watched?.size === 0) this.#watched.delete(node);
    return known;
  }

  // --- For other nodes ---

  /** Another node watches a connection here; to be told twice is the same as once. */
  watchFor(node: string, ref: Ref): void {
    const key = `${ref} ${node}`;
    if (this.#watching.has(key)) return;
    const deliver = (down: Down) => {
      this.#watching.delete(key);
      this.#tellDown(node, down);
    };
    const watcher = { node, deliver };
    this.#watchers.add(node);
    this.#watching.set(key, { ref, watcher });
    this.speaker.monitorHere(ref, watcher);
  }

  unwatchFor(node: string, ref: Ref): void {
    const key = `${ref} ${node}`;
    const watching = this.#watching.get(key);
    if (watching === undefined) return;
    this.#watching.delete(key);
    this.speaker.demonitorHere(ref, watching.watcher);
  }

  /** A reason that cannot travel, or is too large, is described: that the connection has ended must be told in any case. */
  #tellDown(node: string, { ref, reason }: Down): void {
    try {
      this.speaker.tellState(node, Kind.down, [ref, reason], Tag.other);
    } catch {
      this.speaker.tellState(node, Kind.down, [ref, describe(reason)], Tag.other);
    }
  }

  // --- Both ---

  /** Nodes whose death matters here. */
  *nodes(): Iterable<string> {
    yield* this.#watched.keys();
    yield* this.#watchers;
  }

  /** A node is gone, and all its connections and monitors with it. */
  nodeDied(node: string): void {
    const refs = this.#watched.get(node) ?? [];
    this.#watched.delete(node);
    this.#watchers.delete(node);
    for (const ref of refs) {
      this.#unheard.delete(ref);
      this.speaker.ended(ref, 'node down');
    }
    for (const { ref, watcher } of [...this.#watching.values()]) if (watcher.node === node) this.unwatchFor(node, ref);
  }
}
