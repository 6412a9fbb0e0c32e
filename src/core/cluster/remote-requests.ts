import type { Ref } from '../ref.js';
import { type Asker, type Pending, Request, type RequestFailure } from '../request.js';
import { Kind } from './envelope.js';
import { type Speaker, Tag } from './speaker.js';

const FAILURES: readonly RequestFailure[] = ['gone', 'crashed', 'unanswered', 'refused', 'unreadable'];

const ID = /^[\da-z]{1,11}$/;

/** Whether something can be the id of a request: it is sent back, so it must not be more than an answer has room for. */
export function isRequestId(id: unknown): id is string {
  return typeof id === 'string' && ID.test(id);
}

/** Requests from node to node, and their answers. */
export class RemoteRequests {
  readonly #pending = new Map<string, { readonly node: string; readonly pending: Pending }>();
  #lastId = 0;

  constructor(private readonly speaker: Speaker) {}

  /** Asks a connection of another node. */
  request(node: string, ref: Ref, info: unknown, pend: (onSettled: () => void) => Pending): Promise<unknown> {
    const id = (++this.#lastId).toString(36);
    const pending = pend(() => this.#pending.delete(id));
    this.#pending.set(id, { node, pending });
    try {
      if (!this.speaker.tell(node, Kind.request, [ref, id, info], Tag.request + id)) pending.failed('unreachable');
    } catch (error) {
      pending.broken(error as Error);
    }
    return pending.promise;
  }

  /** Another node asks a connection of this one. */
  asked(node: string, ref: Ref, id: string, info: unknown): void {
    this.speaker.ask(ref, new Request(info, new RemoteAsker(this.speaker, node, id)));
  }

  /** What another node asks cannot be understood here. */
  refuse(node: string, id: string): void {
    new RemoteAsker(this.speaker, node, id).failed('unreadable');
  }

  answered(id: string, value: unknown): void {
    this.#pending.get(id)?.pending.answered(value);
  }

  /** False for what is no reason to fail. */
  failed(id: string, failure: unknown): boolean {
    if (!FAILURES.includes(failure as RequestFailure)) return false;
    this.#pending.get(id)?.pending.failed(failure as RequestFailure);
    return true;
  }

  /** The answer cannot be understood here. */
  broken(id: string, error: Error): void {
    this.#pending.get(id)?.pending.broken(error);
  }

  /** No answer will come any more, from anywhere. */
  abandon(error: Error): void {
    for (const { pending } of [...this.#pending.values()]) pending.broken(error);
  }

  /** Nodes that are asked something. */
  *nodes(): Iterable<string> {
    for (const { node } of this.#pending.values()) yield node;
  }

  /** Nobody there will answer any more. */
  nodeDied(dead: string): void {
    for (const { node, pending } of [...this.#pending.values()]) if (node === dead) pending.failed('gone');
  }
}

/** Sends the outcome of a request to the node that asked. */
class RemoteAsker implements Asker {
  constructor(
    private readonly speaker: Speaker,
    private readonly node: string,
    private readonly id: string,
  ) {}

  /** An answer that cannot travel crashes who gives it, and who asked learns that. */
  answered(value: unknown): void {
    try {
      this.speaker.tell(this.node, Kind.answer, [this.id, value], Tag.other);
    } catch (error) {
      this.failed('crashed');
      throw error;
    }
  }

  failed(failure: RequestFailure): void {
    this.speaker.tell(this.node, Kind.failure, [this.id, failure], Tag.other);
  }
}
