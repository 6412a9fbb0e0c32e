// Echo: every connection keeps `depth` messages in flight, and what arrives in one read is replaced in one write.
import { Client } from './client.js';
import { OPCODE } from './frames.js';
import { openAll } from './pool.js';
import { Ring, TAG_MASK, TAGS } from './ring.js';
import { Window } from './window.js';

class EchoClient extends Client {
  #window;
  #ring;
  #reply;
  #sentAt;
  /** Sequence numbers of the next message to send and of the next reply to come. */
  #sent = 0;
  #next = 0;
  #arrived = 0;

  constructor(target, window) {
    super(target, target.protocol.reply(OPCODE.text, 0).bodyAt + 1);
    this.#window = window;
  }

  get outstanding() {
    return this.#sent - this.#next;
  }

  begin(ring, reply, depth, first) {
    this.#ring = ring;
    this.#reply = reply;
    this.#sentAt = new Float64Array(depth);
    this.#sent = this.#next = first;
    this.#send(depth);
  }

  message(opcode, length, bytes, at) {
    const reply = this.#reply;
    if (length !== reply.length || opcode !== reply.opcode) return false;
    if (bytes[at + reply.bodyAt] !== TAGS[this.#next & TAG_MASK])
      this.fault(`Not the reply to message ${this.#next}: lost or out of order.`);
    this.#next += 1;
    this.#arrived += 1;
    return true;
  }

  walked() {
    const arrived = this.#arrived;
    if (arrived === 0) return;
    this.#arrived = 0;
    if (this.#window.counting) this.#count(arrived);
    if (this.#window.sending) this.#send(arrived);
  }

  #count(arrived) {
    const now = performance.now();
    for (let i = this.#next - arrived; i < this.#next; i++) this.#window.add(now - this.#sentAt[i % this.#sentAt.length]);
  }

  #send(count) {
    const now = performance.now();
    const end = this.#sent + count;
    this.write(this.#ring.slice(this.#sent, count));
    for (let i = this.#sent; i < end; i++) this.#sentAt[i % this.#sentAt.length] = now;
    this.#sent = end;
  }
}

export class EchoLoad {
  #target;
  #window;
  #clients = [];

  constructor(target) {
    this.#target = target;
    this.#window = new Window(target);
  }

  async open({ connections }) {
    this.#clients = await openAll(connections, async () => {
      const client = new EchoClient(this.#target, this.#window);
      await client.open();
      return client;
    });
  }

  run({ opcode, size, depth, warmup, seconds }) {
    const ring = new Ring(this.#target.protocol, opcode, size);
    const reply = this.#target.protocol.reply(opcode, size);
    return this.#window.measure({
      warmup,
      seconds,
      // Each connection begins at another tag, so that a reply on the wrong connection is noticed too.
      start: () => {
        for (const [index, client] of this.#clients.entries()) client.begin(ring, reply, depth, index);
      },
      outstanding: () => this.#clients.reduce((sum, client) => sum + client.outstanding, 0),
      faults: this.#target.faults,
    });
  }

  close() {
    for (const client of this.#clients) client.destroy();
  }
}
