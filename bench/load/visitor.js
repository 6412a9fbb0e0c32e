// A connection that sends one message, waits for its echo, and then stays or leaves.
import { Client } from './client.js';
import { OPCODE } from './frames.js';
import { Ring, TAG_MASK, TAGS } from './ring.js';

const SIZE = 64;

/** The messages of all visitors of one protocol. */
export function visit(protocol) {
  return { ring: new Ring(protocol, OPCODE.text, SIZE), reply: protocol.reply(OPCODE.text, SIZE) };
}

export class Visitor extends Client {
  #visit;
  #number;
  #echoed;
  #gone = null;

  constructor(target, visit, number) {
    super(target, visit.reply.bodyAt + 1);
    this.#visit = visit;
    this.#number = number;
  }

  /** Sends the message; resolves when its echo is there. */
  echo() {
    const echoed = new Promise((resolve) => (this.#echoed = resolve));
    this.write(this.#visit.ring.slice(this.#number, 1));
    return echoed;
  }

  /** Closes as RFC 6455 says; resolves when the socket is closed. */
  leave() {
    const gone = new Promise((resolve) => (this.#gone = resolve));
    this.close();
    return gone;
  }

  message(opcode, length, bytes, at) {
    const { reply } = this.#visit;
    if (length !== reply.length || opcode !== reply.opcode) return false;
    if (bytes[at + reply.bodyAt] !== TAGS[this.#number & TAG_MASK]) this.fault('Not the echo of what was sent.');
    this.#echoed();
    return true;
  }

  ended() {
    if (this.#gone !== null) {
      this.#gone();
      return;
    }
    this.fault('The server closed a connection that was to stay.');
    this.#echoed?.();
  }
}
