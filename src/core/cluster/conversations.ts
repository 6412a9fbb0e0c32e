import { describe, VaqueroError } from '../errors.js';
import type { Ref } from '../ref.js';
import { type Asker, type Pending, Request, type RequestFailure } from '../request.js';
import { Down } from '../timeout.js';
import { nodeOf } from './channels.js';
import { decode, encode } from './codec.js';
import { type Envelope, Kind } from './envelope.js';

/** What conversations need of the bus of their node. */
export interface Speaker {
  /** Sends to another node; false if it is dropped. The tag comes back if nobody hears it. */
  tell(node: string, kind: Kind, body: unknown, tag: string): boolean;
  deliver(ref: Ref, info: unknown): void;
  ask(ref: Ref, request: Request): void;
  monitorHere(ref: Ref, watcher: Remote): void;
  demonitorHere(ref: Ref, watcher: Remote): void;
  /** A connection of another node has ended. */
  ended(ref: Ref, reason: unknown): void;
  /** Something was sent to nobody. */
  undeliverable(): void;
  /** A node did not hear that it shall watch: does it live? */
  suspect(): void;
}

const FAILURES: readonly RequestFailure[] = ['gone', 'crashed', 'unanswered', 'refused'];

/** Another node's monitor of a connection here. */
class Remote {
  constructor(
    readonly node: string,
    private readonly onDown: (node: string, down: Down) => void,
  ) {}

  deliver(down: Down): void {
    this.onDown(this.node, down);
  }
}

/** What one node and another have to say to each other: infos for one connection, requests and answers, monitors. */
export class Conversations {
  readonly #asked = new Map<string, Pending>();
  /** Connections elsewhere that are monitored from here, by node. */
  readonly #watched = new Map<string, Set<Ref>>();
  /** Of those, the ones that their node did not hear of: it is dead, or away for a moment. */
  readonly #unheard = new Set<Ref>();
  /** Monitors that other nodes have here, by connection and node. */
  readonly #watching = new Map<string, Remote>();
  #lastId = 0;

  constructor(private readonly speaker: Speaker) {}

  // --- Requests ---

  request(node: string, ref: Ref, info: unknown, makePending: (onSettled: () => void) => Pending): Promise<unknown> {
    const id = (++this.#lastId).toString(36);
    const pending = makePending(() => this.#asked.delete(id));
    this.#asked.set(id, pending);
    try {
      if (!this.speaker.tell(node, Kind.request, [ref, id, info], `r${id}`)) pending.failed('unreachable');
    } catch (error) {
      pending.broken(error as Error);
    }
    return pending.promise;
  }

  // --- Monitors ---

  monitor(node: string, ref: Ref): void {
    const watched = this.#watched.get(node);
    if (watched === undefined) this.#watched.set(node, new Set([ref]));
    else watched.add(ref);
    this.#tellMonitor(node, ref);
  }

  demonitor(node: string, ref: Ref): void {
    if (this.#forget(node, ref)) this.speaker.tell(node, Kind.demonitor, [ref], 'd');
  }

  /** Nodes whose death matters here. */
  *nodes(): Iterable<string> {
    yield* this.#watched.keys();
    for (const remote of this.#watching.values()) yield remote.node;
  }

  /** A node is gone, and all its connections with it. */
  nodeDied(node: string): void {
    const refs = this.#watched.get(node) ?? [];
    this.#watched.delete(node);
    for (const ref of refs) {
      this.#unheard.delete(ref);
      this.speaker.ended(ref, 'node down');
    }
    for (const [key, remote] of this.#watching) {
      if (remote.node !== node) continue;
      this.#watching.delete(key);
      this.speaker.demonitorHere(key.slice(0, key.indexOf(' ')) as Ref, remote);
    }
  }

  /** What was said while the broker was away may be lost: the other side is told again whom it shall watch. */
  repeat(): void {
    for (const [node, refs] of this.#watched) for (const ref of refs) this.#tellMonitor(node, ref);
  }

  /** The nodes that did not hear live: they are told again. */
  retell(): void {
    const unheard = [...this.#unheard];
    this.#unheard.clear();
    for (const ref of unheard) this.#tellMonitor(nodeOf(ref) as string, ref);
  }

  #tellMonitor(node: string, ref: Ref): void {
    this.speaker.tell(node, Kind.monitor, [ref], `m${Buffer.from(ref).toString('hex')}`);
  }

  #forget(node: string, ref: Ref): boolean {
    const watched = this.#watched.get(node);
    const known = watched?.delete(ref) === true;
    this.#unheard.delete(ref);
    if (watched?.size === 0) this.#watched.delete(node);
    return known;
  }

  // --- What comes ---

  /** Nobody heard what was sent with this tag. */
  unheard(tag: string): void {
    const rest = tag.slice(1);
    switch (tag[0]) {
      case 's':
        return this.speaker.undeliverable();
      case 'r':
        return this.#asked.get(rest)?.failed('gone');
      case 'm':
        return this.#monitorUnheard(Buffer.from(rest, 'hex').toString() as Ref);
    }
  }

  #monitorUnheard(ref: Ref): void {
    if (!this.#watched.get(nodeOf(ref) ?? '')?.has(ref)) return;
    this.#unheard.add(ref);
    this.speaker.suspect();
  }

  hear({ kind, from, body }: Envelope): void {
    const parts = decode(body);
    if (!Array.isArray(parts) || typeof parts[0] !== 'string') throw malformed();
    const [first, second, third] = parts as [string, unknown, unknown];
    const ref = first as Ref;
    switch (kind) {
      case Kind.send:
        return this.speaker.deliver(ref, second);
      case Kind.request:
        return this.speaker.ask(ref, new Request(third, new RemoteAsker(this.speaker, from, second)));
      case Kind.answer:
        return this.#asked.get(first)?.answered(second);
      case Kind.failure:
        if (!FAILURES.includes(second as RequestFailure)) throw malformed();
        return this.#asked.get(first)?.failed(second as RequestFailure);
      case Kind.monitor:
        return this.#watchFor(from, ref);
      case Kind.demonitor:
        return this.#unwatchFor(from, ref);
      case Kind.down:
        return this.#ended(ref, second);
      default:
        throw malformed();
    }
  }

  #watchFor(node: string, ref: Ref): void {
    const key = `${ref} ${node}`;
    if (this.#watching.has(key)) return;
    const remote = new Remote(node, (to, down) => {
      this.#watching.delete(key);
      this.#tellDown(to, down);
    });
    this.#watching.set(key, remote);
    this.speaker.monitorHere(ref, remote);
  }

  #unwatchFor(node: string, ref: Ref): void {
    const remote = this.#watching.get(`${ref} ${node}`);
    if (remote === undefined) return;
    this.#watching.delete(`${ref} ${node}`);
    this.speaker.demonitorHere(ref, remote);
  }

  /** A reason that cannot travel is described: that the connection has ended must be told in any case. */
  #tellDown(node: string, { ref, reason }: Down): void {
    let portable = reason;
    try {
      encode(reason);
    } catch {
      portable = describe(reason);
    }
    this.speaker.tell(node, Kind.down, [ref, portable], 'd');
  }

  #ended(ref: Ref, reason: unknown): void {
    const node = nodeOf(ref);
    if (node !== null && this.#forget(node, ref)) this.speaker.ended(ref, reason);
  }
}

/** Sends the outcome of a request to the node that asked. */
class RemoteAsker implements Asker {
  constructor(
    private readonly speaker: Speaker,
    private readonly node: string,
    private readonly id: unknown,
  ) {}

  /** An answer that cannot travel crashes who gives it, and who asked learns that. */
  answered(value: unknown): void {
    try {
      this.speaker.tell(this.node, Kind.answer, [this.id, value], 'd');
    } catch (error) {
      this.failed('crashed');
      throw error;
    }
  }

  failed(failure: RequestFailure): void {
    this.speaker.tell(this.node, Kind.failure, [this.id, failure], 'd');
  }
}

function malformed(): VaqueroError {
  return new VaqueroError('VAQUERO_MESSAGE_REFUSED', 'A message from another node is malformed.');
}
