import { VaqueroError } from '../errors.js';
import type { Ref } from '../ref.js';
import { decode, decodeHead } from './codec.js';
import { type Envelope, Kind } from './envelope.js';
import { RemoteMonitors } from './remote-monitors.js';
import { isRequestId, RemoteRequests } from './remote-requests.js';
import { type Speaker, Tag } from './speaker.js';

/** What one node says to another alone: infos for one connection, requests and answers, monitors. */
export class Conversations {
  readonly requests: RemoteRequests;
  readonly monitors: RemoteMonitors;

  /** @param node - this one */
  constructor(
    node: string,
    private readonly speaker: Speaker,
  ) {
    this.requests = new RemoteRequests(speaker);
    this.monitors = new RemoteMonitors(node, speaker);
  }

  /** Nodes whose death matters here. */
  *nodes(): Iterable<string> {
    yield* this.monitors.nodes();
    yield* this.requests.nodes();
  }

  nodeDied(node: string): void {
    this.monitors.nodeDied(node);
    this.requests.nodeDied(node);
  }

  send(node: string, ref: Ref, info: unknown): void {
    this.speaker.tell(node, Kind.send, [ref, info], Tag.send);
  }

  /** Nobody heard what was sent with this tag. */
  unheard(tag: string): void {
    const rest = tag.slice(1);
    switch (tag[0]) {
      case Tag.send:
        return this.speaker.undeliverable();
      case Tag.request:
        return void this.requests.failed(rest, 'gone');
      case Tag.monitor:
        return this.monitors.unheard(Buffer.from(rest, 'hex').toString() as Ref);
    }
  }

  /** Throws `VAQUERO_MESSAGE_REFUSED`; who waits for an answer that will not come for that reason is told. */
  hear(envelope: Envelope): void {
    const { kind, from, body } = envelope;
    let parts: unknown;
    try {
      parts = decode(body);
    } catch (error) {
      this.#tellAsker(envelope, error as Error);
      throw error;
    }
    if (!Array.isArray(parts) || typeof parts[0] !== 'string') throw malformed();
    const [first, second, third] = parts as [string, unknown, unknown];
    const ref = first as Ref;
    switch (kind) {
      case Kind.send:
        return this.speaker.deliver(ref, second);
      case Kind.request:
        if (!isRequestId(second)) throw malformed();
        return this.requests.asked(from, ref, second, third);
      case Kind.answer:
        return this.requests.answered(first, second);
      case Kind.failure:
        if (this.requests.failed(first, second)) return;
        throw malformed();
      case Kind.monitor:
        return this.monitors.watchFor(from, ref);
      case Kind.demonitor:
        return this.monitors.unwatchFor(from, ref);
      case Kind.down:
        return this.monitors.ended(ref, second);
      case Kind.back:
        return this.monitors.repeatTo(from);
      default:
        throw malformed();
    }
  }

  /** The infos of a request and of its answer come last: whose they are can be understood where they cannot. */
  #tellAsker({ kind, from, body }: Envelope, error: Error): void {
    const [first, second] = decodeHead(body);
    if (kind === Kind.request && isRequestId(second)) this.requests.refuse(from, second);
    else if (kind === Kind.answer && isRequestId(first)) this.requests.broken(first, error);
  }
}

function malformed(): VaqueroError {
  return new VaqueroError('VAQUERO_MESSAGE_REFUSED', 'A message from another node is malformed.');
}
