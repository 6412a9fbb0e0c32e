// Fan-out: one connection publishes, the server sends each message to all subscribers. A message is in flight until the watchers have it:
// every tenth subscriber, who stands for ten in the rate. The others are read in turn, many messages at a time, for a system call per
// delivery would make this process the bottleneck. Every delivery is counted in the end, and its order checked, all the same.
import { Client } from './client.js';
import { openAll } from './pool.js';
import { Ring, TAG_MASK, TAGS } from './ring.js';
import { Window } from './window.js';

const WATCHER_EVERY = 10;
/** Messages within which each of those that do not watch is read. */
const SWEEP_WITHIN = 16;

class Subscriber extends Client {
  #topic;
  #reply;
  #watches;
  #joined = false;
  #next = 0;

  constructor(target, topic, reply, watches) {
    super(target, reply.bodyAt + 1);
    this.#topic = topic;
    this.#reply = reply;
    this.#watches = watches;
  }

  message(opcode, length, bytes, at) {
    const reply = this.#reply;
    if (length !== reply.length || opcode !== reply.opcode) return false;
    if (bytes[at + reply.bodyAt] !== TAGS[this.#next & TAG_MASK]) this.fault(`Not message ${this.#next}: lost or out of order.`);
    this.#topic.delivered(this.#next, this.#watches);
    this.#next += 1;
    return true;
  }

  walked() {
    if (this.#watches) this.#topic.refill();
    else if (this.#joined && this.#next >= this.#topic.completed) this.pause();
  }

  /** From now on it is the topic's, and reads when it is told to. */
  join() {
    this.#joined = true;
    if (!this.#watches) this.pause();
    this.#topic.add(this, this.#watches);
  }
}

/** The messages in flight, and how many watchers each has still to reach. */
class Topic {
  /** Messages that all watchers have. */
  completed = 0;
  #window;
  #publish;
  #watchers = 0;
  #sleepers = [];
  #remaining;
  #sentAt;
  #sent = 0;
  #delivered = 0;
  #free = 0;
  #swept = 0;

  constructor(window, publish) {
    this.#window = window;
    this.#publish = publish;
  }

  add(subscriber, watches) {
    if (watches) this.#watchers += 1;
    else this.#sleepers.push(subscriber);
  }

  /** Deliveries that are still to come; asking reads everybody. */
  get outstanding() {
    this.#sweep(this.#sleepers.length);
    return this.#sent * (this.#watchers + this.#sleepers.length) - this.#delivered;
  }

  begin(depth) {
    this.#remaining = new Int32Array(depth);
    this.#sentAt = new Float64Array(depth);
    this.#free = depth;
    this.refill();
  }

  delivered(number, watches) {
    this.#delivered += 1;
    if (!watches) return;
    const slot = number % this.#remaining.length;
    if (this.#window.counting)
      this.#window.add(performance.now() - this.#sentAt[slot], 1 + this.#sleepers.length / this.#watchers);
    this.#remaining[slot] -= 1;
    if (this.#remaining[slot] > 0) return;
    this.completed += 1;
    this.#free += 1;
  }

  refill() {
    if (this.#free === 0 || !this.#window.sending) return;
    const now = performance.now();
    const end = this.#sent + this.#free;
    this.#publish(this.#sent, this.#free);
    for (let i = this.#sent; i < end; i++) {
      const slot = i % this.#remaining.length;
      this.#remaining[slot] = this.#watchers;
      this.#sentAt[slot] = now;
    }
    this.#sent = end;
    this.#free = 0;
    this.#sweep(Math.ceil((this.#sleepers.length * (end - this.#swept)) / SWEEP_WITHIN));
    this.#swept = end;
  }

  #sweep(count) {
    for (let i = 0; i < Math.min(count, this.#sleepers.length); i++) {
      const sleeper = this.#sleepers.shift();
      this.#sleepers.push(sleeper);
      sleeper.resume();
    }
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
    this.#topic = new Topic(this.#window, (first, count) => publisher.write(ring.slice(first, count)));
    const listeners = await openAll(subscribers, async (i) => {
      const watches = i % WATCHER_EVERY === 0 || i === subscribers - 1;
      const subscriber = new Subscriber({ ...target, path: paths?.subscriber ?? target.path }, this.#topic, reply, watches);
      await subscriber.open();
      subscriber.join();
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
