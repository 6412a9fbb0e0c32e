// Fan-out: one connection publishes, the server, or its nodes together, send each message to all subscribers. A message is in flight until the
// watchers have it: every tenth subscriber, who stands for ten in the rate, and the last to join on each node. The others are read in turn, many messages at a time, for a system call per
// delivery would make this process the bottleneck. Every delivery is counted in the end, and its order checked, all the same.
import { Client } from './client.js';
import { onNode, openAll } from './pool.js';
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
    else if (this.#joined && this.#topic.running && this.#next >= this.#topic.completed) this.pause();
  }

  ended() {
    if (this.#joined) this.fault('The server closed the connection of a subscriber.');
  }

  /** From now on it is the topic's, and reads when it is told to while that runs. */
  join() {
    this.#joined = true;
    this.#topic.add(this, this.#watches);
  }
}

/** The messages in flight, and how many watchers each has still to reach. */
class Topic {
  /** Messages that all watchers have. */
  completed = 0;
  /** Between runs everybody reads, and answers heartbeats. */
  running = false;
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
  #toLast;

  /** `toLast` says that the latency of a message is that of its last delivery, in place of that of each. */
  constructor(window, publish, toLast) {
    this.#window = window;
    this.#publish = publish;
    this.#toLast = toLast;
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
    this.running = true;
    this.#remaining = new Int32Array(depth);
    this.#sentAt = new Float64Array(depth);
    this.#free = depth;
    this.refill();
  }

  rest() {
    this.running = false;
    this.#sweep(this.#sleepers.length);
  }

  delivered(number, watches) {
    this.#delivered += 1;
    if (!watches) return;
    const slot = number % this.#remaining.length;
    this.#remaining[slot] -= 1;
    if (this.#window.counting) this.#count(slot);
    if (this.#remaining[slot] > 0) return;
    this.completed += 1;
    this.#free += 1;
  }

  #count(slot) {
    this.#window.count += 1 + this.#sleepers.length / this.#watchers;
    if (this.#remaining[slot] === 0 || !this.#toLast) this.#window.histogram.add(performance.now() - this.#sentAt[slot]);
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
    this.#window = new Window(target);
  }

  async open({ opcode, size, subscribers, paths, toLast = false }) {
    const target = this.#target;
    const nodes = target.ports.length;
    const ring = new Ring(target.protocol, opcode, size);
    const reply = target.protocol.reply(opcode, size);
    const publisher = new Client({ ...target, path: paths?.publisher ?? target.path }, 0);
    this.#topic = new Topic(this.#window, (first, count) => publisher.write(ring.slice(first, count)), toLast);
    const join = async (i) => {
      const watches = Math.floor(i / nodes) % WATCHER_EVERY === 0 || i >= subscribers - nodes;
      const where = { ...onNode(target, i), path: paths?.subscriber ?? target.path };
      const subscriber = new Subscriber(where, this.#topic, reply, watches);
      await subscriber.open();
      subscriber.join();
      return subscriber;
    };
    const listeners = await openAll(subscribers - nodes, join);
    const last = await openAll(nodes, (i) => join(subscribers - nodes + i));
    await publisher.open();
    this.#clients = [...listeners, ...last, publisher];
  }

  async run({ depth, warmup, seconds }) {
    const measured = await this.#window.measure({
      warmup,
      seconds,
      start: () => this.#topic.begin(depth),
      outstanding: () => this.#topic.outstanding,
      faults: this.#target.faults,
    });
    this.#topic.rest();
    return measured;
  }

  close() {
    for (const client of this.#clients) client.destroy();
  }
}
