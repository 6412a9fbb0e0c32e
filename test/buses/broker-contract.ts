import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Broker, BrokerEvents, PresenceRecord } from '../../src/core/cluster/broker.js';
import { VaqueroError } from '../../src/core/errors.js';
import { Events } from '../support/events.js';

/** A broker that a test can do harm to. */
export interface RunningBroker {
  /** A connection to it that is not connected yet, as a node has one. */
  broker(): Broker;
  /** Ends it without a word; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again where it was, perhaps without what it knew; resolves when it answers. */
  restart(): Promise<void>;
  /** It keeps its connections and answers nothing. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** Bytes that may wait in the tests while a broker is away, by the option of that name. */
export const BUFFER_LIMIT = 1_048_576;

/** How a broker is tested: `describe(…, () => brokerContract({ name, start }))`. */
export interface BrokerHarness {
  readonly name: string;
  start(): Promise<RunningBroker>;
}

/** A node, as far as a broker knows one: what it was told, in order. */
export class Node implements BrokerEvents {
  readonly messages = new Events<string>();
  readonly tags = new Events<string>();
  readonly changes = new Events<'down' | 'up'>();
  readonly causes: Error[] = [];
  readonly failures: Error[] = [];
  lostMessages = 0;
  /** The last message, byte by byte. */
  lastBytes: Uint8Array = new Uint8Array();

  constructor(readonly broker: Broker) {}

  message(channel: string, message: Uint8Array): void {
    this.lastBytes = message;
    this.messages.push(`${channel} ${Buffer.from(message).toString('latin1')}`);
  }

  unheard(tag: string): void {
    this.tags.push(tag);
  }

  down(cause: Error): void {
    this.causes.push(cause);
    this.changes.push('down');
  }

  up(): void {
    this.changes.push('up');
  }

  lost(messages: number): void {
    this.lostMessages += messages;
  }

  failed(error: Error): void {
    this.failures.push(error);
  }

  publish(channel: string, text: string): void {
    this.broker.publish(channel, Buffer.from(text));
  }

  post(channel: string, text: string, tag: string): void {
    this.broker.post(channel, Buffer.from(text), tag);
  }

  /** The next messages, as `channel text`. */
  async next(count: number): Promise<string[]> {
    const messages: string[] = [];
    while (messages.length < count) messages.push(await this.messages.next());
    return messages;
  }

  /** Messages up to this one, which is not among them. */
  async upTo(last: string): Promise<string[]> {
    const messages: string[] = [];
    for (let one = await this.messages.next(); one !== last; one = await this.messages.next()) messages.push(one);
    return messages;
  }
}

const unavailable = expect.objectContaining({ code: 'VAQUERO_BUS_UNAVAILABLE' });

/** What every broker promises the bus, whatever it is. */
export function brokerContract({ name, start }: BrokerHarness): void {
  let running: RunningBroker;
  let nodes: Node[];

  beforeEach(async () => {
    nodes = [];
    running = await start();
  });

  afterEach(async () => {
    await Promise.all(nodes.map(({ broker }) => broker.close()));
    await running.stop();
  });

  /** A node whose broker is not connected. */
  function unconnected(): Node {
    const node = new Node(running.broker());
    nodes.push(node);
    return node;
  }

  async function connected(): Promise<Node> {
    const node = unconnected();
    await node.broker.connect(node);
    return node;
  }

  const two = () => Promise.all([connected(), connected()]);

  /** Waits until all have lost the broker, and until all have it again, each told once. */
  const allDown = async (...all: Node[]) => {
    for (const node of all) expect(await node.changes.next()).toBe('down');
  };
  const allUp = async (...all: Node[]) => {
    for (const node of all) expect(await node.changes.next()).toBe('up');
  };

  describe('connect', () => {
    test('resolves with a name for people and a bound for messages', async () => {
      const { broker } = await connected();
      expect(broker.name).toContain(name);
      expect(broker.maxPayload).toBeGreaterThanOrEqual(1_048_576);
    });

    test('rejects while nobody answers there', async () => {
      await running.kill();
      const node = unconnected();
      await expect(node.broker.connect(node)).rejects.toEqual(unavailable);
      expect(node.changes.all).toEqual([]);
    });
  });

  describe('messages', () => {
    test('come to all that are subscribed, byte by byte', async () => {
      const [a, b] = await two();
      const c = await connected();
      await Promise.all([b.broker.subscribe('some.channel-1_=A'), c.broker.subscribe('some.channel-1_=A')]);
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
      a.broker.publish('some.channel-1_=A', bytes);
      for (const node of [b, c]) {
        await node.next(1);
        expect(Buffer.from(node.lastBytes).equals(bytes)).toBe(true);
      }
    });

    test('may be empty, or as long as maxPayload says', async () => {
      const [a, b] = await two();
      await b.broker.subscribe('sizes');
      const long = Buffer.alloc(a.broker.maxPayload, 0x0d);
      a.broker.publish('sizes', Buffer.alloc(0));
      a.broker.publish('sizes', long);
      expect(await b.messages.next()).toBe('sizes ');
      await b.next(1);
      expect(Buffer.from(b.lastBytes).equals(long)).toBe(true);
    });

    test('come in the order of the calls, once, over channels and over publish and post', async () => {
      const [a, b] = await two();
      await Promise.all(['one', 'two', 'three'].map((channel) => b.broker.subscribe(channel)));
      const sent: string[] = [];
      for (let i = 0; i < 10_000; i++) {
        const channel = ['one', 'two', 'three'][i % 3] as string;
        if (i % 2 === 0) a.publish(channel, `${i}`);
        else a.post(channel, `${i}`, `t${i}`);
        sent.push(`${channel} ${i}`);
      }
      expect(await b.next(10_000)).toEqual(sent);
      expect(a.tags.all).toEqual([]);
    });

    test('arrive as soon as a subscription is acknowledged', async () => {
      const [a, b] = await two();
      for (let i = 0; i < 100; i++) {
        await b.broker.subscribe(`now.${i}`);
        a.publish(`now.${i}`, 'x');
        expect(await b.messages.next()).toBe(`now.${i} x`);
      }
    });

    test('do not come to a node that is not subscribed, or not any more', async () => {
      const [a, b] = await two();
      await Promise.all(['left', 'kept'].map((channel) => b.broker.subscribe(channel)));
      b.broker.unsubscribe('left');
      await b.broker.subscribe('later');
      for (let i = 0; i < 1_000; i++) {
        a.publish('never', `${i}`);
        a.publish('left', `${i}`);
      }
      a.publish('kept', 'end');
      expect(await b.upTo('kept end')).toEqual([]);
    });

    test('come again after a channel was left and subscribed to once more', async () => {
      const [a, b] = await two();
      await b.broker.subscribe('back');
      b.broker.unsubscribe('back');
      await b.broker.subscribe('back');
      a.publish('back', 'x');
      expect(await b.messages.next()).toBe('back x');
    });

    test('come to a channel and a node with names of 3,400 characters', async () => {
      const [a, b] = await two();
      const channel = 'c'.repeat(3_400);
      await b.broker.subscribe(channel);
      a.publish(channel, 'x');
      expect(await b.messages.next()).toBe(`${channel} x`);
      await a.broker.keepAlive(channel, 60_000);
      expect(await b.broker.alive([channel])).toEqual(new Set([channel]));
    });

    test('that are posted where nobody is subscribed are told by their tags', async () => {
      const [a, b] = await two();
      await b.broker.subscribe('inbox');
      a.post('inbox', '1', 'heard1');
      a.post('nobody', '2', 'unheard1');
      a.publish('nobody', '3');
      a.post('inbox', '4', 'heard2');
      a.post('gone', '5', 'unheard2');
      expect([await a.tags.next(), await a.tags.next()].sort()).toEqual(['unheard1', 'unheard2']);
      expect(await b.next(2)).toEqual(['inbox 1', 'inbox 4']);
      b.broker.unsubscribe('inbox');
      await b.broker.subscribe('other');
      a.post('inbox', '6', 'unheard3');
      expect(await a.tags.next()).toBe('unheard3');
      expect(a.tags.all).toHaveLength(3);
    });
  });

  describe('nodes', () => {
    test('live while they are kept alive, and until they leave', async () => {
      const [a, b] = await two();
      await Promise.all(['n1', 'n2', 'n3'].map((node) => a.broker.keepAlive(node, 60_000)));
      expect(await b.broker.alive(['n1', 'n2', 'n3', 'n4'])).toEqual(new Set(['n1', 'n2', 'n3']));
      await a.broker.leave('n2');
      await a.broker.leave('n4');
      expect(await b.broker.alive(['n1', 'n2', 'n4'])).toEqual(new Set(['n1']));
      expect(await b.broker.alive([])).toEqual(new Set());
    });

    test('do not live any more when their time is over, unless it was given again', async () => {
      const [a, b] = await two();
      // Once, for a broker may have to make a place for each length of time first.
      await a.broker.keepAlive('stays', 5_000);
      await a.broker.keepAlive('stays', 60_000);
      await a.broker.keepAlive('fades', 5_000);
      let alive = await b.broker.alive(['fades', 'stays']);
      expect(alive).toEqual(new Set(['fades', 'stays']));
      while (alive.has('fades')) {
        await delay(20);
        alive = await b.broker.alive(['fades', 'stays']);
      }
      expect(alive).toEqual(new Set(['stays']));
    });
  });

  describe('presence', () => {
    const record = (topic: string, node: string, id: string, meta = ''): PresenceRecord => ({
      topic,
      node,
      id,
      meta: Buffer.from(meta, 'latin1'),
    });
    /** Records as lines in some fixed order. */
    const lines = (records: readonly PresenceRecord[]) =>
      records.map(({ topic, node, id, meta }) => `${topic} ${node} ${id} ${Buffer.from(meta).toString('latin1')}`).sort();

    test('lists what was put, by topic, by node, and the nodes', async () => {
      const [a, b] = await two();
      const { presence } = b.broker;
      await a.broker.presence.put(record('room.1', 'n-1_A', 'x1', 'Ann'));
      await a.broker.presence.put(record('room.1', 'n-1_A', 'x2', ''));
      await a.broker.presence.put(record('room.1', 'n2', 'x1', '\0\r\n\xff'));
      await a.broker.presence.put(record('room=2', 'n2', 'x1', 'Bob'));
      expect(lines(await presence.list('room.1'))).toEqual([
        'room.1 n-1_A x1 Ann',
        'room.1 n-1_A x2 ',
        'room.1 n2 x1 \0\r\n\xff',
      ]);
      expect(lines(await presence.ofNode('n2'))).toEqual(['room.1 n2 x1 \0\r\n\xff', 'room=2 n2 x1 Bob']);
      expect((await presence.nodes()).sort()).toEqual(['n-1_A', 'n2']);
      expect(await presence.list('room.3')).toEqual([]);
      expect(await presence.ofNode('n3')).toEqual([]);
    });

    test('replaces the meta of a record that is there', async () => {
      const [a, b] = await two();
      await a.broker.presence.put(record('room', 'n1', 'x', 'away'));
      await a.broker.presence.put(record('room', 'n1', 'x', 'back'));
      expect(lines(await b.broker.presence.list('room'))).toEqual(['room n1 x back']);
      expect(lines(await b.broker.presence.ofNode('n1'))).toEqual(['room n1 x back']);
    });

    test('forgets what is removed, and nodes with the last of their records', async () => {
      const [a, b] = await two();
      const { presence } = a.broker;
      for (const id of ['x', 'y']) await presence.put(record('room', 'n1', id));
      expect(await b.broker.presence.remove({ topic: 'room', node: 'n1', id: 'x' })).toBe(true);
      expect(await presence.remove({ topic: 'room', node: 'n1', id: 'x' })).toBe(false);
      expect(await presence.remove({ topic: 'other', node: 'n1', id: 'y' })).toBe(false);
      expect(lines(await presence.ofNode('n1'))).toEqual(['room n1 y ']);
      expect(await presence.nodes()).toEqual(['n1']);
      expect(await presence.remove({ topic: 'room', node: 'n1', id: 'y' })).toBe(true);
      expect(await b.broker.presence.list('room')).toEqual([]);
      expect(await b.broker.presence.nodes()).toEqual([]);
    });

    test('tells one of many that remove a record that it did', async () => {
      const all = await Promise.all([connected(), connected(), connected(), connected()]);
      const ids = Array.from({ length: 25 }, (_, i) => `x${i}`);
      await Promise.all(ids.map((id) => (all[0] as Node).broker.presence.put(record('room', 'n1', id))));
      const removers = ids.map(async (id) => {
        const removed = await Promise.all(all.map(({ broker }) => broker.presence.remove({ topic: 'room', node: 'n1', id })));
        return removed.filter(Boolean).length;
      });
      expect(await Promise.all(removers)).toEqual(ids.map(() => 1));
      expect(await (all[0] as Node).broker.presence.nodes()).toEqual([]);
    });
  });

  describe('a broker that dies', () => {
    test('is sought until it is back, with all subscriptions restored', async () => {
      const [a, b] = await two();
      const channels = Array.from({ length: 2_500 }, (_, i) => `many.${i}`);
      await Promise.all(channels.map((channel) => b.broker.subscribe(channel)));
      await running.kill();
      await allDown(a, b);
      for (const { causes } of [a, b]) expect(VaqueroError.is(causes[0], 'VAQUERO_BUS_UNAVAILABLE')).toBe(true);
      await running.restart();
      await allUp(a, b);
      for (const channel of channels) a.publish(channel, 'x');
      expect(await b.next(channels.length)).toEqual(channels.map((channel) => `${channel} x`));
      for (const node of [a, b]) expect(node.changes.all).toEqual(['down', 'up']);
      for (const node of [a, b]) expect(node.failures).toEqual([]);
    });

    test('has what was subscribed to or left meanwhile', async () => {
      const [a, b] = await two();
      await Promise.all(['left', 'kept'].map((channel) => b.broker.subscribe(channel)));
      await running.kill();
      await allDown(a, b);
      b.broker.unsubscribe('left');
      const subscribed = b.broker.subscribe('new');
      const changed = b.broker.subscribe('fickle');
      b.broker.unsubscribe('fickle');
      await running.restart();
      await Promise.all([subscribed, changed]);
      await allUp(a, b);
      for (const channel of ['left', 'fickle', 'new', 'kept']) a.publish(channel, 'x');
      expect(await b.upTo('kept x')).toEqual(['new x']);
    });

    test('acknowledges when it is back what was subscribed to while it died', async () => {
      const [a, b] = await two();
      const channels: string[] = [];
      const subscribed: Promise<void>[] = [];
      const killed = running.kill();
      while (b.changes.all.length === 0) {
        const channel = `c.${channels.length}`;
        channels.push(channel);
        subscribed.push(b.broker.subscribe(channel));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await killed;
      await allDown(a, b);
      await running.restart();
      await Promise.all(subscribed);
      await allUp(a, b);
      for (const channel of channels) a.publish(channel, 'x');
      expect(await b.next(channels.length)).toEqual(channels.map((channel) => `${channel} x`));
    });

    test('refuses what wants an answer while it is away', async () => {
      const node = await connected();
      await running.kill();
      await allDown(node);
      const { broker } = node;
      const key = { topic: 'room', node: 'n1', id: 'x' };
      const asked = [
        broker.keepAlive('n1', 1_000),
        broker.alive(['n1']),
        broker.leave('n1'),
        broker.presence.put({ ...key, meta: Buffer.from('x') }),
        broker.presence.remove(key),
        broker.presence.list('room'),
        broker.presence.nodes(),
        broker.presence.ofNode('n1'),
      ];
      for (const answer of await Promise.allSettled(asked)) expect(answer).toEqual({ status: 'rejected', reason: unavailable });
    });

    test('lives and dies many times', async () => {
      const [a, b] = await two();
      await b.broker.subscribe('news');
      for (let i = 0; i < 3; i++) {
        await running.kill();
        await allDown(a, b);
        await running.restart();
        await allUp(a, b);
        a.publish('news', `${i}`);
        expect(await b.messages.next()).toBe(`news ${i}`);
      }
    });

    test('loses only what was under way: nothing is reordered, nothing comes twice', async () => {
      const [a, b] = await two();
      await b.broker.subscribe('count');
      let sent = 0;
      const send = (messages: number) => {
        for (let i = 0; i < messages; i++) a.publish('count', `${sent++}`);
      };
      send(500);
      await b.next(500);
      const killed = running.kill();
      while (a.changes.all.length === 0) {
        send(50);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await killed;
      await allDown(a, b);
      const sentBefore = sent;
      await running.restart();
      await allUp(a, b);
      send(500);
      a.publish('count', 'end');
      await b.upTo('count end');
      const numbers = b.messages.all.slice(0, -1).map((message) => Number(message.split(' ')[1]));
      expect(numbers).toEqual([...new Set(numbers)].sort((x, y) => x - y));
      expect(numbers.slice(-500)).toEqual(Array.from({ length: 500 }, (_, i) => sentBefore + i));
      expect(a.lostMessages).toBeLessThanOrEqual(sentBefore - 500);
    });

    test('counts what it was given and never acknowledged', async () => {
      const a = await connected();
      running.freeze();
      for (let i = 0; i < 60; i++) a.publish('void', `${i}`);
      for (let i = 0; i < 40; i++) a.post('void', `${i}`, `t${i}`);
      await running.kill();
      await allDown(a);
      await running.restart();
      await allUp(a);
      expect(a.lostMessages).toBe(100);
      expect(a.tags.all).toEqual([]);
    });
  });

  describe('a broker that freezes', () => {
    test('is noticed, and found again when it goes on: nothing is reordered, nothing comes twice', async () => {
      const [a, b] = await two();
      await b.broker.subscribe('count');
      for (let i = 0; i < 100; i++) a.publish('count', `${i}`);
      await b.next(100);
      running.freeze();
      for (let i = 100; i < 2_000; i++) a.publish('count', `${i}`);
      await allDown(a, b);
      running.thaw();
      await allUp(a, b);
      expect(a.lostMessages).toBe(1_900);
      for (let i = 2_000; i < 2_100; i++) a.publish('count', `${i}`);
      await b.upTo('count 2099');
      const numbers = b.messages.all.map((message) => Number(message.split(' ')[1]));
      expect(numbers).toEqual([...new Set(numbers)].sort((x, y) => x - y));
    });

    test.each([
      ['at once', () => undefined],
      ['in many turns of the event loop', () => new Promise((resolve) => setImmediate(resolve))],
    ])(
      'is given up when bufferLimit and 64 MiB wait, and what comes is not held: %s',
      async (_, pause) => {
        const a = await connected();
        const most = BUFFER_LIMIT + 64 * 1_048_576;
        const message = Buffer.alloc(500_000);
        const before = process.memoryUsage().arrayBuffers;
        let held = 0;
        let published = 0;
        running.freeze();
        for (; published * message.length < 12 * most && a.changes.all.length === 0; published++) {
          a.broker.publish('void', message);
          await pause();
          held = Math.max(held, process.memoryUsage().arrayBuffers - before);
        }
        expect(await a.changes.next()).toBe('down');
        // Clients copy what they are given.
        expect(held).toBeLessThan(4 * most);
        expect(a.causes[0]?.message).toContain(`more than ${most} bytes wait`);
        expect(a.lostMessages).toBe(published);
        running.thaw();
        await allUp(a);
      },
      60_000,
    );

    test('does not hold up close', async () => {
      const node = await connected();
      running.freeze();
      node.publish('void', 'x');
      await node.broker.close();
      running.thaw();
    });
  });

  describe('close', () => {
    test('sends what was published, and tells nothing any more', async () => {
      const [a, b] = await two();
      await Promise.all([a.broker.subscribe('news'), b.broker.subscribe('news')]);
      for (let i = 0; i < 1_000; i++) b.publish('news', `${i}`);
      await b.broker.close();
      expect(await a.next(1_000)).toEqual(Array.from({ length: 1_000 }, (_, i) => `news ${i}`));
      const told = b.messages.all.length;
      a.publish('news', 'late');
      await running.kill();
      await allDown(a);
      expect(b.messages.all).toHaveLength(told);
      expect(b.changes.all).toEqual([]);
    });

    test('can be called again, while the broker is away, and before connect', async () => {
      const node = await connected();
      await running.kill();
      await allDown(node);
      await Promise.all([node.broker.close(), node.broker.close()]);
      await running.restart();
      const other = await connected();
      await other.broker.keepAlive('n1', 60_000);
      expect(node.changes.all).toEqual(['down']);
      await unconnected().broker.close();
    });

    test('settles a subscription that waits', async () => {
      const node = await connected();
      await running.kill();
      await allDown(node);
      const subscribed = expect(node.broker.subscribe('never')).rejects.toEqual(unavailable);
      await node.broker.close();
      await subscribed;
    });
  });
}
