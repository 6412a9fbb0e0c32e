// Fan-out: one connection publishes, the server sends each message to all subscribers. A message is in flight until the
// last subscriber has it; those that complete in one read are replaced in one write.
import { Client } from './client.js';
import { openAll } from './pool.js';
import { Ring, TAG_MASK, TAGS } from './ring.js';
import { Window } from './window.js';

class Subscriber extends Client {
  #topic;
  #reply;
  #next = 0;

  constructor(target, topic, reply) {
    super(target, reply.bodyAt + 1);
    this.#topic = topic;
    this.#reply = reply;
  }

  message(opcode, length, bytes, at) {
    const reply = this.#reply;
    if (length !== reply.length || opcode !== reply.opcode) return false;
    if (bytes[at + reply.bodyAt] !== TAGS[this.#next & TAG_MASK]) this.fault(`Not message ${this.#next}: lost or out of order.`);
    this.#topic.delivered(this.#next);
    this.#next += 1;
    return true;
  }

  walked() {
    this.#topic.refill();
  }
}

/** The messages in flight, and how many subscribers each has still to reach. */
class Topic {
  #window;
  #subscribers;
  #publish;
  #remaining;
  #sentAt;
  #sent = 0;
  #completed = 0;
  #free = 0;

  constructor(window, subscribers, publish) {
    this.#window = window;
    this.#subscribers = subscribers;
    this.#publish = publish;
  }

  get outstanding() {
    return this.#sent - this.#completed;
  }

  begin(depth) {
    this.#remaining = new Int32Array(depth);
    this.#sentAt = new Float64Array(depth);
    this.#free = depth;
    this.refill();
  }

  delivered(number) {
    const slot = number % this.#remaining.length;
    if (this.#window.counting) this.#window.add(performance.now() - this.#sentAt[slot]);
    this.#remaining[slot] -= 1;
    if (this.#remaining[slot] > 0) return;
    this.#completed += 1;
    this.#free += 1;
  }

  refill() {
    if (this.#free === 0 || !this.#window.sending) return;
    const now = performance.now();
    const end = this.#sent + this.#free;
    this.#publish(this.#sent, this.#free);
    for (let i = this.#sent; i < end; i++) {
      const slot = i % this.#remaining.length;
      this.#remaining[slot] = this.#subscribers;
      this.#sentAt[slot] = now;
    }
    this.#sent = end;
    this.#free = 0;
  }
}

export class FanoutLoad {
  #target;
  #window;
  #topic;
  #clients = [];

  constructor(target) {
    this.#target = target;
    this.#window = new Window(target.serverPid);
  }

  async open({ opcode, size, subscribers, paths }) {
    const target = this.#target;
    const ring = new Ring(target.protocol, opcode, size);
    const reply = target.protocol.reply(opcode, size);
    const publisher = new Client({ ...target, path: paths?.publisher ?? target.path }, 0);
    this.#topic = new Topic(this.#window, subscribers, (first, count) => publisher.write(ring.slice(first, count)));
    const listeners = await openAll(subscribers, async () => {
      const subscriber = new Subscriber({ ...target, path: paths?.subscriber ?? target.path }, this.#topic, reply);
      await subscriber.open();
      return subscriber;
    });
    await publisher.open();
    this.#clients = [...listeners, publisher];
  }

  run({ depth, warmup, seconds }) {
    return this.#window.measure({
      warmup,
      seconds,
      start: () => this.#topic.begin(depth),
      outstanding: () => this.#topic.outstanding,
      faults: this.#target.faults,
    });
  }

  close() {
    for (const client of this.#clients) client.destroy();
  }
}
