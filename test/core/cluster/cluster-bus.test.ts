import { describe, expect, test } from '@jest/globals';
import { Encoder, ExtData } from '@msgpack/msgpack';
import {
  type BusStatus,
  Connection,
  type Down,
  OnInfo,
  OnInit,
  OnText,
  type PresenceDiff,
  type Ref,
  WebSocketHandler,
} from 'vaquero';
import { ClusterBus, type ClusterOptions } from 'vaquero/cluster';
import { mount, VirtualClock } from 'vaquero/testing';
import { nodeOf } from '../../../src/core/cluster/channels.js';
import { decode, encode } from '../../../src/core/cluster/codec.js';
import { type Envelope, Kind, seal, unseal } from '../../../src/core/cluster/envelope.js';
import { Listener } from '../../../src/testing/bus-contract/listener.js';
import { Exchange } from '../../../src/testing/network/exchange.js';
import { SimulatedBroker } from '../../../src/testing/network/simulated-broker.js';

const NODE_TIMEOUT = 5_000;
/** There and back, and some more. */
const A_MOMENT = 50;

/** A node, the broker that it hangs on, and what went wrong with it. */
interface Member {
  readonly bus: ClusterBus;
  readonly broker: SimulatedBroker;
  readonly errors: string[];
}

/** Connected nodes around one exchange, and the clock by which they go. */
class Cluster {
  readonly clock = new VirtualClock();
  readonly #exchange = new Exchange(this.clock);

  /** @param regroupTime - that of its brokers */
  constructor(private readonly regroupTime = 0) {}

  broker(): SimulatedBroker {
    return new SimulatedBroker(this.#exchange, this.clock, () => 1, this.regroupTime);
  }

  idle(options: ClusterOptions = {}): Member {
    const broker = this.broker();
    const errors: string[] = [];
    const onError = (error: Error) => void errors.push((error as { code?: string }).code ?? error.message);
    return { bus: new ClusterBus(broker, { clock: this.clock, nodeTimeout: NODE_TIMEOUT, onError, ...options }), broker, errors };
  }

  async node(options: ClusterOptions = {}): Promise<Member> {
    const member = this.idle(options);
    await Promise.all([member.bus.connect(), this.pass()]);
    return member;
  }

  pass(ms = A_MOMENT): Promise<void> {
    return this.clock.advance(ms);
  }

  /** The broker forgets what is written down, as one does that keeps it in memory and starts anew. */
  forget(): void {
    for (const record of this.#exchange.records(() => true)) {
      this.#exchange.leave(record.node);
      this.#exchange.remove(record);
    }
  }
}

/** A listener that is subscribed. */
async function subscriber(cluster: Cluster, { bus }: Member, topic: string): Promise<Listener> {
  const listener = new Listener();
  await Promise.all([bus.subscribe(topic, listener), cluster.pass()]);
  return listener;
}

/** What a listener has heard by now, since it was last asked. */
async function heard(listener: Listener): Promise<unknown[]> {
  listener.deliver(END);
  const all: unknown[] = [];
  for (let next = await listener.next(); next !== END; next = await listener.next()) all.push(next);
  return all;
}
const END = Symbol('end');

describe('a bus with a broker', () => {
  test('is idle, connecting, connected and closed, one after the other', async () => {
    const cluster = new Cluster();
    const { bus } = cluster.idle();
    const seen: BusStatus[] = [bus.status];
    const connecting = bus.connect();
    seen.push(bus.status);
    await Promise.all([connecting, cluster.pass()]);
    seen.push(bus.status);
    await Promise.all([bus.close(), cluster.pass()]);
    expect([...seen, bus.status]).toEqual(['idle', 'connecting', 'connected', 'closed']);
    await expect(bus.connect()).rejects.toMatchObject({ code: 'VAQUERO_BUS_CLOSED' });
  });

  test.each([1, 2, 3, 4, 5])(
    'is closed where the broker is lost while it connects, after %d ms: nobody waits for more',
    async (ms) => {
      const cluster = new Cluster();
      const { bus, broker, errors } = cluster.idle();
      const outcome = bus.connect().catch((error: { code: string }) => error.code);
      await cluster.pass(ms);
      broker.cut();
      await cluster.pass();
      expect([await Promise.race([outcome, 'waits']), bus.status, errors]).toEqual(['VAQUERO_BUS_UNAVAILABLE', 'closed', []]);
      await bus.close();
    },
  );

  test.each(['before', 'after'])(
    'that could not connect says so to all who waited, and %s it is closed that a new one is needed',
    async (when) => {
      const cluster = new Cluster();
      const { bus, broker } = cluster.idle();
      broker.cut();
      const host = { report: () => undefined };
      const [cause, other] = await Promise.all([bus.connect(), bus.join(host)].map((opening) => opening.catch((error) => error)));
      expect([cause, other]).toEqual([cause, cause]);
      expect(cause).toMatchObject({ code: 'VAQUERO_BUS_UNAVAILABLE' });
      if (when === 'after') await bus.close();
      for (const opening of [bus.connect(), bus.join(host)]) {
        const error = await opening.catch((thrown) => thrown);
        expect(error).toMatchObject({ code: 'VAQUERO_BUS_CLOSED', message: expect.stringMatching(/Make a new one/) });
        expect(error.cause).toBe(cause);
      }
    },
  );

  test('keeps what is published before it is connected', async () => {
    const cluster = new Cluster();
    const far = await subscriber(cluster, await cluster.node(), 'topic');
    const { bus } = cluster.idle();
    bus.publish('topic', 'early');
    await Promise.all([bus.connect(), cluster.pass()]);
    await cluster.pass();
    expect(await heard(far)).toEqual(['early']);
  });

  test('drops what is larger than the broker turns out to take, and says so', async () => {
    const cluster = new Cluster();
    const far = await subscriber(cluster, await cluster.node(), 'topic');
    const { bus, broker, errors } = cluster.idle();
    bus.publish('topic', new Uint8Array(broker.maxPayload));
    bus.publish('topic', 'small');
    await Promise.all([bus.connect(), cluster.pass()]);
    await cluster.pass();
    expect([await heard(far), bus.counters.dropped, errors]).toEqual([['small'], 1, ['VAQUERO_INFO_TOO_LARGE']]);
  });

  test('is closed by the last of those that use it, unless it was connected by hand', async () => {
    const cluster = new Cluster();
    const host = () => ({ report: () => undefined });
    const [one, two] = [host(), host()];
    const { bus } = cluster.idle();
    await Promise.all([bus.join(one), bus.join(two), cluster.pass()]);
    await bus.leave(one);
    expect(bus.status).toBe('connected');
    await Promise.all([bus.leave(two), cluster.pass()]);
    expect(bus.status).toBe('closed');

    const held = (await cluster.node()).bus;
    await held.join(one);
    await held.leave(one);
    expect(held.status).toBe('connected');
  });

  test('whose broker fails to close has let go of its hosts and of what waited for answers', async () => {
    const cluster = new Cluster();
    const there = await cluster.node();
    const ref = there.bus.register({ deliver: () => undefined, ask: () => undefined });
    const { bus, broker, errors } = cluster.idle();
    const reports: Error[] = [];
    const host = { report: (error: Error) => void reports.push(error) };
    await Promise.all([bus.join(host), cluster.pass()]);
    const outcome = bus.request(ref, 1, { timeout: 60_000 }).catch((error: { code: string }) => error.code);
    await cluster.pass();
    broker.close = () => Promise.reject(new Error('it would not close'));
    await expect(Promise.all([bus.leave(host), cluster.pass()])).rejects.toThrow('it would not close');
    expect(await Promise.race([outcome, 'waits'])).toBe('VAQUERO_BUS_CLOSED');
    bus.publish('topic', 1);
    expect([reports, errors]).toEqual([[], ['VAQUERO_BUS_CLOSED']]);
  });

  test('that is closed drops what is sent, counts it and says so once', async () => {
    const cluster = new Cluster();
    const { bus, errors } = await cluster.node();
    await Promise.all([bus.close(), cluster.pass()]);
    bus.publish('topic', 1);
    bus.publish('topic', 2);
    expect([bus.counters.dropped, errors]).toEqual([2, ['VAQUERO_BUS_CLOSED']]);
  });

  test('that is closed says so of a monitor, too, of whose end nobody will tell', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    await Promise.all([here.bus.close(), cluster.pass()]);
    here.bus.monitor(there.bus.register(new Listener()), new Listener());
    expect(here.errors).toEqual(['VAQUERO_BUS_CLOSED']);
  });

  test('that is closed fails what waits for an answer from another node', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    const ref = there.bus.register({ deliver: () => undefined, ask: () => undefined });
    const outcome = here.bus.request(ref, 1, { timeout: 60_000 }).catch((error: { code: string }) => error.code);
    await cluster.pass();
    await Promise.all([here.bus.close(), cluster.pass()]);
    expect(await Promise.race([outcome, 'waits'])).toBe('VAQUERO_BUS_CLOSED');
    await expect(here.bus.request(ref, 1)).rejects.toMatchObject({ code: 'VAQUERO_BUS_CLOSED' });
  });

  test('tells its hosts what goes wrong, and onError where it has none', async () => {
    const cluster = new Cluster();
    const { bus, broker, errors } = await cluster.node();
    const reported: string[] = [];
    const host = { report: (error: Error, { stage }: { stage: string }) => void reported.push(`${stage} ${error.message}`) };
    await bus.join(host);
    broker.cut();
    await cluster.pass();
    expect(errors).toEqual([]);
    expect(reported).toEqual([expect.stringMatching(/^bus The connection to the simulated broker was lost/)]);
  });

  test('refuses an info that is larger than the broker takes, and no smaller one', async () => {
    const cluster = new Cluster();
    const node = await cluster.node();
    const far = await subscriber(cluster, await cluster.node(), 'topic');
    const overhead = 18;
    const largest = new Uint8Array(node.broker.maxPayload - overhead);
    node.bus.publish('topic', largest);
    expect(() => node.bus.publish('topic', new Uint8Array(largest.length + 1))).toThrow(
      expect.objectContaining({ code: 'VAQUERO_INFO_TOO_LARGE' }),
    );
    const ref = (await cluster.node()).bus.register(far);
    expect(() => node.bus.send(ref, new Uint8Array(largest.length))).toThrow(/^an instance of Uint8Array takes/);
    await cluster.pass();
    expect(await heard(far)).toHaveLength(1);
  });

  test.each([
    [{ prefix: 'a.b' }, /prefix/],
    [{ nodeTimeout: 299 }, /nodeTimeout/],
    [{ whileDown: 'panic' }, /whileDown/],
    [{ bufferLimit: -1 }, /bufferLimit/],
    [{ bufer: 1 }, /unknown option bufer/],
  ])('refuses the options %j', (options, message) => {
    const broker = new Cluster().broker();
    expect(() => new ClusterBus(broker, options as ClusterOptions)).toThrow(message);
  });

  test('is told of nothing that nobody here is subscribed to', async () => {
    const cluster = new Cluster();
    const [publisher, idle, interested] = [await cluster.node(), await cluster.node(), await cluster.node()];
    const listener = await subscriber(cluster, interested, 'topic');
    for (let i = 0; i < 10; i++) publisher.bus.publish('topic', i);
    await cluster.pass();
    expect([idle.bus.counters.received, interested.bus.counters.received]).toEqual([0, 10]);
    interested.bus.unsubscribe('topic', listener);
    await cluster.pass();
    publisher.bus.publish('topic', 'nobody');
    await cluster.pass();
    expect(interested.bus.counters.received).toBe(10);
  });
});

describe('while the broker is away', () => {
  test('local delivery goes on, what is for others waits, and comes in order when it is back', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    const [near, far] = [await subscriber(cluster, here, 'topic'), await subscriber(cluster, there, 'topic')];
    here.broker.cut();
    await cluster.pass();
    expect([here.bus.status, there.bus.status, here.errors]).toEqual(['reconnecting', 'connected', ['VAQUERO_BUS_LOST']]);
    for (let i = 0; i < 10; i++) here.bus.publish('topic', i);
    expect(await heard(near)).toHaveLength(10);
    await cluster.pass(60_000);
    expect(await heard(far)).toEqual([]);
    here.broker.heal();
    await cluster.pass();
    here.bus.publish('topic', 'after');
    there.bus.publish('topic', 'from there');
    await cluster.pass();
    // What is published there is there at once.
    expect(await heard(far)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 'from there', 'after']);
    // Interest was restored without anybody asking.
    expect(await heard(near)).toEqual(['after', 'from there']);
    expect([here.bus.status, here.bus.counters.dropped]).toEqual(['connected', 0]);
  });

  test.each(['buffer', 'drop'] as const)(
    "what waits with whileDown: '%s' leaves, in order, when other nodes have had the time to come back too",
    async (whileDown) => {
      const cluster = new Cluster(1_000);
      const [here, there] = [await cluster.node({ whileDown }), await cluster.node()];
      const far = await subscriber(cluster, there, 'topic');
      for (const { broker } of [here, there]) broker.cut();
      await cluster.pass();
      here.bus.publish('topic', 'while away');
      here.broker.heal();
      await cluster.pass();
      here.bus.publish('topic', 'when back');
      await cluster.pass(700);
      there.broker.heal();
      await cluster.pass(500);
      here.bus.publish('topic', 'after');
      await cluster.pass();
      expect(await heard(far)).toEqual([...(whileDown === 'buffer' ? ['while away'] : []), 'when back', 'after']);
    },
  );

  test('closing sends what waits for other nodes to come back; another outage lets it wait on', async () => {
    const cluster = new Cluster(1_000);
    const here = await cluster.node();
    const far = await subscriber(cluster, await cluster.node(), 'topic');
    for (const text of ['once', 'twice']) {
      here.broker.cut();
      await cluster.pass(2_000);
      here.bus.publish('topic', text);
      here.broker.heal();
      await cluster.pass();
    }
    expect(await heard(far)).toEqual([]);
    await Promise.all([here.bus.close(), cluster.pass()]);
    expect(await heard(far)).toEqual(['once', 'twice']);
  });

  test('bufferLimit holds the oldest; the rest is dropped, counted, and reported when it begins and when it is over', async () => {
    const cluster = new Cluster();
    const bytesOfOne = 'vaquero.t.topic'.length + 5 + 8 + 1;
    const here = await cluster.node({ bufferLimit: 3 * bytesOfOne });
    const far = await subscriber(cluster, await cluster.node(), 'topic');
    here.broker.cut();
    await cluster.pass();
    for (let i = 0; i < 5; i++) here.bus.publish('topic', i);
    expect([here.bus.counters.dropped, here.errors]).toEqual([2, ['VAQUERO_BUS_LOST', 'VAQUERO_BUS_OVERFLOW']]);
    here.broker.heal();
    await cluster.pass();
    expect(await heard(far)).toEqual([0, 1, 2]);
    expect(here.errors).toEqual(['VAQUERO_BUS_LOST', 'VAQUERO_BUS_OVERFLOW', 'VAQUERO_BUS_OVERFLOW']);
  });

  test("with whileDown: 'drop' nothing waits, and requests elsewhere reject at once", async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node({ whileDown: 'drop' }), await cluster.node()];
    const far = await subscriber(cluster, there, 'topic');
    const ref = there.bus.register(new Listener());
    here.broker.cut();
    await cluster.pass();
    here.bus.publish('topic', 1);
    await expect(here.bus.request(ref, 1)).rejects.toMatchObject({ code: 'VAQUERO_BUS_UNAVAILABLE' });
    await expect(here.bus.presence.list('topic')).rejects.toMatchObject({ code: 'VAQUERO_BUS_UNAVAILABLE' });
    here.broker.heal();
    await cluster.pass();
    expect([await heard(far), here.bus.counters.dropped]).toEqual([[], 2]);
  });

  test('what was on its way is lost, and counted', async () => {
    const cluster = new Cluster();
    const here = await cluster.node();
    const far = await subscriber(cluster, await cluster.node(), 'topic');
    here.bus.publish('topic', 'on its way');
    here.broker.cut();
    await cluster.pass();
    here.broker.heal();
    await cluster.pass();
    expect([await heard(far), here.bus.counters.lost]).toEqual([[], 1]);
  });

  test('a subscription is acknowledged when it is back', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    here.broker.cut();
    await cluster.pass();
    const listener = new Listener();
    let acknowledged = false;
    here.bus.subscribe('topic', listener).then(() => {
      acknowledged = true;
    });
    await cluster.pass(10_000);
    expect(acknowledged).toBe(false);
    here.broker.heal();
    await cluster.pass();
    expect(acknowledged).toBe(true);
    there.bus.publish('topic', 'heard');
    await cluster.pass();
    expect(await heard(listener)).toEqual(['heard']);
  });

  test('a callback that waits for its subscription ends with its client', async () => {
    @WebSocketHandler('/')
    class Waits {
      subscribed = false;
      @OnText() async join(_: string, connection: Connection) {
        await connection.subscribe('topic');
        this.subscribed = true;
      }
    }
    const cluster = new Cluster();
    const { bus, broker } = await cluster.node();
    broker.cut();
    await cluster.pass();
    const client = await mount(Waits, { bus, clock: cluster.clock });
    client.send('join');
    await cluster.pass();
    expect(client.handler.subscribed).toBe(false);
    client.drop();
    expect(await client.terminated).toEqual({ type: 'error', error: 'closed' });
  });

  test('closing says how much never left', async () => {
    const cluster = new Cluster();
    const here = await cluster.node();
    here.broker.cut();
    await cluster.pass();
    here.bus.publish('topic', 1);
    await here.bus.close();
    expect([here.bus.counters.dropped, here.errors]).toEqual([1, ['VAQUERO_BUS_LOST', 'VAQUERO_BUS_OVERFLOW']]);
  });
});

describe('a node that dies', () => {
  /** The longest that it can take to be seen: the last sign of life, and then the next look. */
  const SEEN = NODE_TIMEOUT + NODE_TIMEOUT / 3 + A_MOMENT;

  test('is seen by those who monitor its connections, within the stated time and not while it lives', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    const refs = [there.bus.register(new Listener()), there.bus.register(new Listener())] as const;
    const watcher = new Listener();
    for (const ref of refs) here.bus.monitor(ref, watcher);
    await cluster.pass(10 * NODE_TIMEOUT);
    expect(await heard(watcher)).toEqual([]);
    there.broker.kill();
    await cluster.pass(SEEN);
    const downs = (await heard(watcher)) as Down[];
    expect(downs.map(({ ref, reason }) => [ref, reason])).toEqual(refs.map((ref) => [ref, 'node down']));
  });

  test('leaves no monitors of its own behind', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    const ref = here.bus.register(new Listener());
    there.bus.monitor(ref, new Listener());
    await cluster.pass();
    there.broker.kill();
    await cluster.pass(SEEN);
    const before = here.bus.counters.published;
    here.bus.unregister(ref, 'over');
    expect(here.bus.counters.published).toBe(before);
  });

  test('is told of at once where a connection of it is monitored or asked after its time', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    const ref = there.bus.register(new Listener());
    there.broker.kill();
    await cluster.pass(NODE_TIMEOUT);
    const watcher = new Listener();
    here.bus.monitor(ref, watcher);
    const asked = here.bus.request(ref, 1, { timeout: 60_000 });
    const rejected = expect(asked).rejects.toMatchObject({ code: 'VAQUERO_NO_CONNECTION' });
    await cluster.pass();
    await rejected;
    expect(((await heard(watcher)) as Down[])[0]?.reason).toBe('node down');
    here.bus.send(ref, 'nobody');
    await cluster.pass();
    expect(here.bus.counters.undeliverable).toBe(1);
  });

  test('fails what was asked there and is not answered, however much time there is', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    const ref = there.bus.register({ deliver: () => undefined, ask: () => undefined });
    const outcome = here.bus.request(ref, 1, { timeout: 600_000 }).catch((error: { code: string }) => error.code);
    await cluster.pass(10 * NODE_TIMEOUT);
    there.broker.kill();
    await cluster.pass(SEEN);
    expect(await Promise.race([outcome, 'waits'])).toBe('VAQUERO_NO_CONNECTION');
  });

  test('is not what a broker that was away for long makes of a node that lives', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    const ref = there.bus.register(new Listener());
    const watcher = new Listener();
    here.bus.monitor(ref, watcher);
    await cluster.pass();
    for (const { broker } of [here, there]) broker.cut();
    await cluster.pass(10 * NODE_TIMEOUT);
    here.broker.heal();
    // The other comes back a little later, as others do.
    await cluster.pass(NODE_TIMEOUT / 2);
    there.broker.heal();
    await cluster.pass(3 * NODE_TIMEOUT);
    expect(await heard(watcher)).toEqual([]);
    there.bus.unregister(ref, 'over');
    await cluster.pass();
    expect(((await heard(watcher)) as Down[]).map(({ reason }) => reason)).toEqual(['over']);
  });

  test('is not a node that was away for a moment when it was told what to watch: it is told again', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    const ref = there.bus.register(new Listener());
    there.broker.cut();
    await cluster.pass();
    const watcher = new Listener();
    here.bus.monitor(ref, watcher);
    await cluster.pass();
    there.broker.heal();
    await cluster.pass(NODE_TIMEOUT);
    expect(await heard(watcher)).toEqual([]);
    there.bus.unregister(ref, 'over');
    await cluster.pass();
    expect(((await heard(watcher)) as Down[]).map(({ reason }) => reason)).toEqual(['over']);
  });

  test('that says goodbye is not alive any more, at once', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    const ref = there.bus.register(new Listener());
    const watcher = new Listener();
    here.bus.monitor(ref, watcher);
    await Promise.all([there.bus.close(), cluster.pass()]);
    await cluster.pass(NODE_TIMEOUT / 3 + A_MOMENT);
    expect(((await heard(watcher)) as Down[])[0]?.reason).toBe('node down');
  });
});

describe('the end of a connection that is monitored elsewhere', () => {
  test.each(['buffer', 'drop'] as const)(
    "is told there even if its node was away for a moment, with whileDown: '%s'",
    async (whileDown) => {
      const cluster = new Cluster();
      const [here, there] = [await cluster.node(), await cluster.node({ whileDown })];
      const [inFlight, meanwhile] = [there.bus.register(new Listener()), there.bus.register(new Listener())];
      const watcher = new Listener();
      for (const ref of [inFlight, meanwhile]) here.bus.monitor(ref, watcher);
      await cluster.pass();
      there.bus.unregister(inFlight, 'over');
      there.broker.cut();
      await cluster.pass();
      there.bus.unregister(meanwhile, 'over');
      expect(await heard(watcher)).toEqual([]);
      there.broker.heal();
      await cluster.pass();
      const downs = (await heard(watcher)) as Down[];
      expect(downs.map(({ ref }) => ref).sort()).toEqual([inFlight, meanwhile]);
      await cluster.pass(3 * NODE_TIMEOUT);
      expect(await heard(watcher)).toEqual([]);
    },
  );

  test.each<ClusterOptions>([{ bufferLimit: 1_000 }, { bufferLimit: 0 }, { whileDown: 'drop', bufferLimit: 0 }])(
    'is told whatever else was dropped while the broker was away, with %j',
    async (options) => {
      const cluster = new Cluster(1_000);
      const [here, there] = [await cluster.node(options), await cluster.node(options)];
      const refs = [1, 2, 3, 4].map(() => there.bus.register(new Listener())) as [Ref, Ref, Ref, Ref];
      const [meanwhile, asked, regrouping, later] = refs;
      const watcher = new Listener();
      for (const ref of [meanwhile, later]) here.bus.monitor(ref, watcher);
      await cluster.pass();
      for (const { broker } of [here, there]) broker.cut();
      await cluster.pass();
      for (const { bus } of [here, there]) for (let i = 0; i < 100; i++) bus.publish('topic', 'x'.repeat(10));
      const dropped = [here, there].map(({ bus }) => bus.counters.dropped);
      here.bus.monitor(asked, watcher);
      there.bus.unregister(meanwhile, 'over');
      for (const { broker } of [here, there]) broker.heal();
      await cluster.pass();
      here.bus.monitor(regrouping, watcher);
      await cluster.pass(1_000);
      expect(((await heard(watcher)) as Down[]).map(({ ref }) => ref)).toEqual([meanwhile]);
      for (const ref of [asked, regrouping, later]) there.bus.unregister(ref, 'over');
      await cluster.pass();
      const downs = (await heard(watcher)) as Down[];
      expect(downs.map(({ ref, reason }) => [ref, reason])).toEqual([asked, regrouping, later].map((ref) => [ref, 'over']));
      // What is said again costs nobody anything.
      expect([here, there].map(({ bus }) => bus.counters.dropped)).toEqual(dropped);
    },
  );

  test.each([0, 1])('is told though what told of it had no room, whichever node is back first: %d', async (first) => {
    const cluster = new Cluster(1_000);
    const [here, there] = [await cluster.node({ bufferLimit: 0 }), await cluster.node({ bufferLimit: 0 })];
    const ref = there.bus.register(new Listener());
    const watcher = new Listener();
    here.bus.monitor(ref, watcher);
    await cluster.pass();
    const brokers = [here.broker, there.broker] as const;
    for (const broker of brokers) broker.cut();
    await cluster.pass();
    there.bus.unregister(ref, 'over');
    brokers[first as 0 | 1].heal();
    await cluster.pass(2_000);
    brokers[(1 - first) as 0 | 1].heal();
    await cluster.pass(2_000);
    expect(((await heard(watcher)) as Down[]).map((down) => down.ref)).toEqual([ref]);
  });

  test('is told with a reason that has room in a message', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    const [large, strange] = [there.bus.register(new Listener()), there.bus.register(new Listener())];
    const watcher = new Listener();
    for (const ref of [large, strange]) here.bus.monitor(ref, watcher);
    await cluster.pass();
    there.bus.unregister(large, 'x'.repeat(there.broker.maxPayload));
    there.bus.unregister(strange, new Map());
    await cluster.pass();
    const [first, second] = (await heard(watcher)) as Down[];
    expect(first?.reason).toMatch(/^the string "x+…"$/);
    expect(second?.reason).toBe('an instance of Map');
  });
});

describe('presence on many nodes', () => {
  test('has no ghosts of a node that died: they are announced once, and not listed before', async () => {
    const cluster = new Cluster();
    const [one, two, dying] = [await cluster.node(), await cluster.node(), await cluster.node()];
    const listener = await subscriber(cluster, one, 'den');
    const ref = dying.bus.register(new Listener());
    await Promise.all([dying.bus.presence.track('den', ref, 'ghost'), cluster.pass()]);
    await heard(listener);
    dying.broker.kill();
    await cluster.pass(NODE_TIMEOUT + A_MOMENT);
    const [listed] = await Promise.all([two.bus.presence.list('den'), cluster.pass()]);
    expect(listed).toEqual([]);
    await cluster.pass(2 * NODE_TIMEOUT);
    expect(await heard(listener)).toEqual([{ topic: 'den', joins: [], leaves: [{ ref, meta: 'ghost' }] }]);
  });

  test('is put right when a node that was held for dead is back', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    const listener = await subscriber(cluster, here, 'den');
    const [stays, goes, comes] = [1, 2, 3].map(() => there.bus.register(new Listener())) as [Ref, Ref, Ref];
    await Promise.all([
      there.bus.presence.track('den', stays, 'stays'),
      there.bus.presence.track('den', goes, 'goes'),
      cluster.pass(),
    ]);
    there.broker.cut();
    await cluster.pass(4 * NODE_TIMEOUT);
    there.bus.presence.untrack('den', goes);
    await there.bus.presence.track('den', comes, 'comes');
    await heard(listener);
    there.broker.heal();
    await cluster.pass();
    const [listed] = await Promise.all([here.bus.presence.list('den'), cluster.pass()]);
    expect(listed.map(({ meta }) => meta).sort()).toEqual(['comes', 'stays']);
    const diffs = (await heard(listener)) as { joins: { meta: unknown }[] }[];
    expect(diffs.flatMap(({ joins }) => joins.map(({ meta }) => meta)).sort()).toEqual(['comes', 'stays']);
  });

  test('that was taken back while the broker was away for a moment is taken back when it returns', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    const listener = await subscriber(cluster, here, 'den');
    const ref = there.bus.register(new Listener());
    await Promise.all([there.bus.presence.track('den', ref, 'x'), cluster.pass()]);
    there.broker.cut();
    await cluster.pass();
    there.bus.presence.untrack('den', ref);
    there.broker.heal();
    await cluster.pass();
    const [listed] = await Promise.all([here.bus.presence.list('den'), cluster.pass()]);
    expect(listed).toEqual([]);
    expect(await heard(listener)).toEqual([
      { topic: 'den', joins: [{ ref, meta: 'x' }], leaves: [] },
      { topic: 'den', joins: [], leaves: [{ ref, meta: 'x' }] },
    ]);
  });

  test.each<ClusterOptions>([{}, { bufferLimit: 0 }, { whileDown: 'drop' }])(
    'is announced as it is when the broker is back, empty and after everything else was dropped, with %j',
    async (options) => {
      const cluster = new Cluster(1_000);
      const [here, there] = [await cluster.node(options), await cluster.node(options)];
      const listeners = [await subscriber(cluster, here, 'den'), await subscriber(cluster, there, 'den')];
      const [stays, goes, changes, comes, passes, late] = Array.from({ length: 6 }, () => there.bus.register(new Listener())) as [
        Ref,
        Ref,
        Ref,
        Ref,
        Ref,
        Ref,
      ];
      const { presence } = there.bus;
      await Promise.all([...[stays, goes, changes].map((ref) => presence.track('den', ref, 'old')), cluster.pass()]);
      for (const listener of listeners) await heard(listener);
      for (const { broker } of [here, there]) broker.cut();
      await cluster.pass();
      presence.untrack('den', goes);
      for (const ref of [changes, comes, passes]) presence.track('den', ref, 'new');
      presence.untrack('den', passes);
      cluster.forget();
      for (const { broker } of [here, there]) broker.heal();
      await cluster.pass();
      presence.track('den', late, 'late');
      await cluster.pass();
      const [listed] = await Promise.all([here.bus.presence.list('den'), cluster.pass()]);
      expect(listed.map(({ ref }) => ref).sort()).toEqual([stays, changes, comes, late].sort());
      await cluster.pass(3 * NODE_TIMEOUT);
      for (const listener of listeners) {
        const diffs = (await heard(listener)) as PresenceDiff[];
        const [joins, leaves] = [diffs.flatMap((diff) => diff.joins), diffs.flatMap((diff) => diff.leaves)];
        expect(leaves.map(({ ref, meta }) => [ref, meta]).sort()).toEqual([goes, changes].sort().map((ref) => [ref, 'old']));
        expect(joins.map(({ ref }) => ref).sort()).toEqual([stays, changes, comes, late].sort());
      }
    },
  );

  test('that is left while the other nodes come back is announced by a node that closes meanwhile', async () => {
    const cluster = new Cluster(1_000);
    const [here, there] = [await cluster.node({ bufferLimit: 0 }), await cluster.node({ bufferLimit: 0 })];
    const listener = await subscriber(cluster, here, 'den');
    const ref = there.bus.register(new Listener());
    await Promise.all([there.bus.presence.track('den', ref, 'x'), cluster.pass()]);
    await heard(listener);
    there.broker.cut();
    await cluster.pass();
    there.broker.heal();
    await cluster.pass();
    there.bus.presence.untrack('den', ref);
    await Promise.all([there.bus.close(), cluster.pass()]);
    expect(await heard(listener)).toEqual([{ topic: 'den', joins: [], leaves: [{ ref, meta: 'x' }] }]);
  });

  test('that was written down and not acknowledged is announced all the same', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    const listener = await subscriber(cluster, here, 'den');
    const { put } = there.broker.presence;
    there.broker.presence.put = async (record) => {
      await put(record);
      throw new Error('no answer');
    };
    const ref = there.bus.register(new Listener());
    await Promise.all([there.bus.presence.track('den', ref, 'x'), cluster.pass()]);
    there.broker.presence.put = put;
    await cluster.pass(2 * NODE_TIMEOUT);
    expect(await heard(listener)).toEqual([{ topic: 'den', joins: [{ ref, meta: 'x' }], leaves: [] }]);
  });

  test('is announced again by a node that others could not list for a while', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    const listener = await subscriber(cluster, here, 'den');
    const ref = there.bus.register(new Listener());
    await Promise.all([there.bus.presence.track('den', ref, 'x'), cluster.pass()]);
    await heard(listener);
    // Nobody comes to take away what it left.
    here.broker.presence.nodes = async () => [];
    there.broker.cut();
    await cluster.pass(2 * NODE_TIMEOUT);
    const [listed] = await Promise.all([here.bus.presence.list('den'), cluster.pass()]);
    expect(listed).toEqual([]);
    there.broker.heal();
    await cluster.pass(3 * NODE_TIMEOUT);
    expect(await heard(listener)).toEqual([{ topic: 'den', joins: [{ ref, meta: 'x' }], leaves: [] }]);
  });

  test('has a meta of half a message, less what is around it, and not of more', async () => {
    const cluster = new Cluster();
    const [{ bus, broker, errors }, there] = [await cluster.node(), await cluster.node()];
    const listener = await subscriber(cluster, there, 'den');
    const ref = bus.register(new Listener());
    const encoded = broker.maxPayload / 2 - 2_048;
    const largest = new Uint8Array(encoded - 5);
    // The diff of a change has two.
    for (let i = 0; i < 2; i++) await Promise.all([bus.presence.track('den', ref, largest), cluster.pass()]);
    expect(await heard(listener)).toHaveLength(2);
    const code = expect.objectContaining({ code: 'VAQUERO_INFO_TOO_LARGE' });
    expect(() => bus.presence.track('den', ref, new Uint8Array(largest.length + 1))).toThrow(code);
    expect(errors).toEqual([]);
  });

  test('whose meta changed while the broker was away for a moment has the new one when it returns', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    const listener = await subscriber(cluster, here, 'den');
    const ref = there.bus.register(new Listener());
    await Promise.all([there.bus.presence.track('den', ref, 'old'), cluster.pass()]);
    await heard(listener);
    there.broker.cut();
    await cluster.pass();
    await there.bus.presence.track('den', ref, 'new');
    there.broker.heal();
    await cluster.pass();
    const [listed] = await Promise.all([here.bus.presence.list('den'), cluster.pass()]);
    expect(listed).toEqual([{ ref, meta: 'new' }]);
    expect(await heard(listener)).toEqual([{ topic: 'den', joins: [{ ref, meta: 'new' }], leaves: [{ ref, meta: 'old' }] }]);
  });

  test('that begins while it is put right is announced once', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    const listener = await subscriber(cluster, here, 'den');
    there.broker.cut();
    await cluster.pass();
    there.broker.heal();
    const refs: Ref[] = [];
    // One in each millisecond, so that one comes in whatever order there can be.
    for (let ms = 0; ms < 20; ms++) {
      const ref = there.bus.register(new Listener());
      refs.push(ref);
      there.bus.presence.track('den', ref, ms);
      await cluster.pass(1);
    }
    await cluster.pass(3 * NODE_TIMEOUT);
    const diffs = (await heard(listener)) as PresenceDiff[];
    expect(diffs.flatMap(({ joins }) => joins.map(({ ref }) => ref)).sort()).toEqual(refs.sort());
  });

  test('is put right once more, for others may still have been taking it away when this node came back', async () => {
    const cluster = new Cluster();
    const [here, there] = [await cluster.node(), await cluster.node()];
    const ref = there.bus.register(new Listener());
    await Promise.all([there.bus.presence.track('den', ref, 'stays'), cluster.pass()]);
    there.broker.cut();
    await cluster.pass();
    there.broker.heal();
    await cluster.pass();
    const [node, id] = ref.split('.') as [string, string];
    await Promise.all([here.broker.presence.remove({ topic: 'den', node, id }), cluster.pass()]);
    await cluster.pass(3 * NODE_TIMEOUT);
    const [listed] = await Promise.all([here.bus.presence.list('den'), cluster.pass()]);
    expect(listed).toEqual([{ ref, meta: 'stays' }]);
  });

  test('that could not be written down is reported, and written down later', async () => {
    const cluster = new Cluster();
    const { bus, broker, errors } = await cluster.node();
    const { put } = broker.presence;
    broker.presence.put = () => Promise.reject(new Error('the disk is full'));
    const ref = bus.register(new Listener());
    await Promise.all([bus.presence.track('den', ref, 'x'), cluster.pass()]);
    broker.presence.put = put;
    await cluster.pass(2 * NODE_TIMEOUT);
    const [listed] = await Promise.all([bus.presence.list('den'), cluster.pass()]);
    expect([listed, errors]).toEqual([[{ ref, meta: 'x' }], ['the disk is full']]);
  });

  test('of a node that died is announced in pieces that the broker takes', async () => {
    const cluster = new Cluster();
    const [here, dying] = [await cluster.node(), await cluster.node()];
    const listener = await subscriber(cluster, here, 'den');
    const meta = 'x'.repeat(here.broker.maxPayload / 4);
    const refs = Array.from({ length: 10 }, () => dying.bus.register(new Listener()));
    await Promise.all([...refs.map((ref) => dying.bus.presence.track('den', ref, meta)), cluster.pass()]);
    await heard(listener);
    dying.broker.kill();
    await cluster.pass(3 * NODE_TIMEOUT);
    const diffs = (await heard(listener)) as PresenceDiff[];
    expect(diffs.flatMap(({ leaves }) => leaves.map(({ ref }) => ref)).sort()).toEqual(refs.sort());
    expect(here.errors).toEqual([]);
  });

  test('of a node that died is announced as far as it was taken away, should that fail in between', async () => {
    const cluster = new Cluster();
    const [here, dying] = [await cluster.node(), await cluster.node()];
    const listener = await subscriber(cluster, here, 'den');
    const refs = Array.from({ length: 3 }, () => dying.bus.register(new Listener()));
    await Promise.all([...refs.map((ref) => dying.bus.presence.track('den', ref, 'ghost')), cluster.pass()]);
    await heard(listener);
    const { remove } = here.broker.presence;
    let calls = 0;
    here.broker.presence.remove = (record) => (++calls === 2 ? Promise.reject(new Error('no answer')) : remove(record));
    dying.broker.kill();
    await cluster.pass(4 * NODE_TIMEOUT);
    const diffs = (await heard(listener)) as PresenceDiff[];
    expect(diffs.flatMap(({ leaves }) => leaves.map(({ ref }) => ref)).sort()).toEqual(refs.sort());
    expect(here.errors).toEqual(['no answer']);
  });

  test('of a node that died is announced when the broker is back, if it was lost in between', async () => {
    const cluster = new Cluster(1_000);
    const [here, there, dying] = [await cluster.node({ bufferLimit: 0 }), await cluster.node(), await cluster.node()];
    const listener = await subscriber(cluster, there, 'den');
    const refs = Array.from({ length: 3 }, () => dying.bus.register(new Listener()));
    await Promise.all([...refs.map((ref) => dying.bus.presence.track('den', ref, 'ghost')), cluster.pass()]);
    await heard(listener);
    // Only the other one comes to take away what it left.
    there.broker.presence.nodes = async () => [];
    const { remove } = here.broker.presence;
    let calls = 0;
    here.broker.presence.remove = async (record) => {
      if (++calls === 2) here.broker.cut();
      // The bus is told that the broker is lost before it is told that this failed.
      if (calls === 2) await new Promise<void>((resolve) => cluster.clock.setTimeout(resolve, 5));
      return remove(record);
    };
    dying.broker.kill();
    await cluster.pass(4 * NODE_TIMEOUT);
    expect(calls).toBe(2);
    here.broker.heal();
    await cluster.pass(4 * NODE_TIMEOUT);
    const diffs = (await heard(listener)) as PresenceDiff[];
    expect(diffs.flatMap(({ leaves }) => leaves.map(({ ref }) => ref)).sort()).toEqual(refs.sort());
  });

  test('of nodes that died is announced though one of them cannot be read', async () => {
    const cluster = new Cluster();
    const [here, broken, dying] = [await cluster.node(), await cluster.node(), await cluster.node()];
    const listener = await subscriber(cluster, here, 'den');
    const [hidden, ref] = [broken.bus.register(new Listener()), dying.bus.register(new Listener())];
    await Promise.all([
      broken.bus.presence.track('den', hidden, 'hidden'),
      dying.bus.presence.track('den', ref, 'ghost'),
      cluster.pass(),
    ]);
    await heard(listener);
    const { ofNode } = here.broker.presence;
    here.broker.presence.ofNode = (node) =>
      hidden.startsWith(node) ? Promise.reject(new Error('cannot be read')) : ofNode(node);
    for (const { broker } of [broken, dying]) broker.kill();
    await cluster.pass(3 * NODE_TIMEOUT);
    expect(await heard(listener)).toEqual([{ topic: 'den', joins: [], leaves: [{ ref, meta: 'ghost' }] }]);
    expect(new Set(here.errors)).toEqual(new Set(['cannot be read']));
  });

  test('of which one cannot be announced is reported, and the others are announced', async () => {
    const cluster = new Cluster();
    const [here, dying] = [await cluster.node(), await cluster.node()];
    const listener = await subscriber(cluster, here, 'den');
    const [innocent, another, poisoned] = [1, 2, 3].map(() => dying.bus.register(new Listener())) as [Ref, Ref, Ref];
    const [node, id] = poisoned.split('.') as [string, string];
    // Arrays in each other, by hand: deeper than any node would write, and not too deep to be read.
    const meta = Buffer.from([...Array(105).fill(0x91), 0xc0]);
    await Promise.all([
      dying.bus.presence.track('den', innocent, 'innocent'),
      dying.broker.presence.put({ topic: 'den', node, id, meta }),
      dying.bus.presence.track('den', another, 'another'),
      cluster.pass(),
    ]);
    await heard(listener);
    dying.broker.kill();
    await cluster.pass(3 * NODE_TIMEOUT);
    const diffs = (await heard(listener)) as PresenceDiff[];
    expect(diffs.flatMap(({ leaves }) => leaves.map(({ ref }) => ref)).sort()).toEqual([innocent, another].sort());
    expect(here.errors).toEqual(['VAQUERO_INFO_NOT_PORTABLE']);
  });

  test('cannot be listed on a bus that is closed', async () => {
    const cluster = new Cluster();
    const { bus } = await cluster.node();
    await Promise.all([bus.close(), cluster.pass()]);
    await expect(bus.presence.list('den')).rejects.toMatchObject({ code: 'VAQUERO_BUS_CLOSED' });
  });

  test('with a meta that cannot be understood here hides no other', async () => {
    const cluster = new Cluster();
    const [here, dying] = [await cluster.node(), await cluster.node()];
    const listener = await subscriber(cluster, here, 'den');
    const [ours, strange] = [dying.bus.register(new Listener()), dying.bus.register(new Listener())];
    const [node, id] = strange.split('.') as [string, string];
    const put = dying.broker.presence.put({ topic: 'den', node, id, meta: Buffer.of(0xc1) });
    await Promise.all([put, dying.bus.presence.track('den', ours, 'ours'), cluster.pass()]);
    await heard(listener);
    const entries = [
      { ref: strange, meta: undefined },
      { ref: ours, meta: 'ours' },
    ];
    const [listed] = await Promise.all([here.bus.presence.list('den'), cluster.pass()]);
    expect(listed).toEqual(entries);
    dying.broker.kill();
    await cluster.pass(3 * NODE_TIMEOUT);
    expect(await heard(listener)).toEqual([{ topic: 'den', joins: [], leaves: entries }]);
    expect([here.errors, here.bus.counters.refused]).toEqual([['VAQUERO_MESSAGE_REFUSED'], 2]);
  });
});

describe('a message that cannot be understood', () => {
  test('is refused, counted, reported once for each way in which it is strange, and harms nobody', async () => {
    const cluster = new Cluster();
    const { bus, errors } = await cluster.node();
    const listener = new Listener();
    await Promise.all([bus.subscribe('topic', listener), cluster.pass()]);
    const stranger = cluster.broker();
    await Promise.all([stranger.connect({} as never), cluster.pass()]);
    const ours = (version: number, kind: number, body: Buffer) =>
      Buffer.concat([Buffer.from('vq'), Buffer.of(version, kind, 8), Buffer.from('stranger'), body]);
    const messages = [
      Buffer.alloc(0),
      Buffer.from('Howdy'),
      Buffer.from('vq'),
      ours(2, 1, Buffer.of(1)),
      ours(1, 1, Buffer.of(0xc1)),
      ours(1, 2, Buffer.of(1)),
      ours(1, 99, Buffer.of(1)),
    ];
    for (const message of messages) {
      stranger.publish('vaquero.t.topic', message);
      stranger.publish('vaquero.t.topic', message);
    }
    const inbox = `vaquero.n.${bus.register(listener).split('.')[0]}`;
    for (const kind of [2, 3, 4, 5, 6, 7, 8, 99]) {
      for (const body of ['', '\x91\x01', '\x92\xa1x\x01', '\x93\xa1x\xa1y\xa1z', '\xa1x', '\x90']) {
        stranger.publish(inbox, ours(1, kind, Buffer.from(body, 'latin1')));
      }
    }
    await cluster.pass();
    expect(bus.counters.refused).toBeGreaterThanOrEqual(2 * messages.length);
    expect(errors.length).toBeGreaterThanOrEqual(5);
    expect(errors.length).toBeLessThanOrEqual(12);
    expect(new Set(errors)).toEqual(new Set(['VAQUERO_MESSAGE_REFUSED']));
    stranger.publish('vaquero.t.topic', ours(1, 1, Buffer.of(7)));
    await cluster.pass();
    expect(await heard(listener)).toEqual([7]);
  });

  test('is answered only to nodes, and to what can be told apart by few bytes', async () => {
    const cluster = new Cluster();
    const { bus, errors } = await cluster.node();
    const asked: unknown[] = [];
    const ref = bus.register({
      deliver: () => undefined,
      ask: (request) => {
        asked.push(request.info);
        request.fail('crashed');
      },
    });
    const stranger = cluster.broker();
    await Promise.all([stranger.connect({} as never), cluster.pass()]);
    const inbox = `vaquero.n.${ref.split('.')[0]}`;
    stranger.publish(inbox, seal(Kind.request, 'stranger', encode([ref, 'id', 'fine'])));
    stranger.publish(inbox, seal(Kind.request, 'stranger', encode([ref, 'x'.repeat(1_000_000), 'long'])));
    stranger.publish(inbox, seal(Kind.request, 'stranger', encode([ref, { id: 1 }, 'none'])));
    for (const from of ['', 'a b c d ', 'strange\n', 'stranger.'])
      stranger.publish(inbox, seal(Kind.request, from, encode([ref, 'id', 'from nobody'])));
    await cluster.pass();
    expect(asked).toEqual(['fine']);
    expect(bus.counters.refused).toBe(6);
    expect(new Set(errors)).toEqual(new Set(['VAQUERO_MESSAGE_REFUSED']));
  });

  test('that is a request, or an answer to one, fails the request at once', async () => {
    const cluster = new Cluster();
    const { bus, errors } = await cluster.node();
    const ref = bus.register(new Listener());
    const [inbox, outbox] = [`vaquero.n.${nodeOf(ref)}`, 'vaquero.n.stranger'];
    const unknown = new ExtData(1, new Encoder().encode(['nobody.knows.it', {}]));
    const packed = (...parts: unknown[]) => new Encoder().encode(parts);
    const stranger = cluster.broker();
    const replies: unknown[] = [];
    const message = (_channel: string, bytes: Uint8Array) => {
      const { kind, body } = unseal(bytes) as Envelope;
      const [first, id] = decode(body) as [string, string];
      if (kind === Kind.failure) replies.push([first, id]);
      else if (first === 'stranger.1') stranger.publish(inbox, seal(Kind.answer, 'stranger', packed(id, unknown)));
      else stranger.publish(inbox, seal(Kind.failure, 'stranger', packed(id, 'unreadable')));
    };
    await Promise.all([stranger.connect({ message } as never).then(() => stranger.subscribe(outbox)), cluster.pass()]);
    stranger.publish(inbox, seal(Kind.request, 'stranger', packed(ref, 'one', unknown)));
    const outcomes: string[] = [];
    for (const to of ['stranger.1', 'stranger.2'] as Ref[])
      bus.request(to, 1, { timeout: 60_000 }).catch(({ code }) => outcomes.push(code));
    await cluster.pass();
    expect(replies).toEqual([['one', 'unreadable']]);
    expect(outcomes).toEqual(['VAQUERO_MESSAGE_REFUSED', 'VAQUERO_MESSAGE_REFUSED']);
    expect(new Set(errors)).toEqual(new Set(['VAQUERO_MESSAGE_REFUSED']));
  });

  test('is refused, too, where it claims to come from this node, which says nothing to itself through the broker', async () => {
    const cluster = new Cluster();
    const { bus, errors } = await cluster.node();
    const listener = await subscriber(cluster, { bus } as Member, 'topic');
    const ref = bus.register(listener);
    const node = ref.split('.')[0] as string;
    const stranger = cluster.broker();
    await Promise.all([stranger.connect({} as never), cluster.pass()]);
    stranger.publish(`vaquero.n.${node}`, seal(Kind.send, node, encode([ref, 'forged'])));
    // Brokers that tell everybody what one said tell this node its own.
    stranger.publish('vaquero.t.topic', seal(Kind.publish, node, encode('echo')));
    await cluster.pass();
    expect([await heard(listener), bus.counters.refused, errors]).toEqual([[], 1, ['VAQUERO_MESSAGE_REFUSED']]);
  });

  test('is told of in few words, however long it is', async () => {
    const cluster = new Cluster();
    const messages: string[] = [];
    const { bus } = await cluster.node({ onError: ({ message }) => void messages.push(message) });
    const ref = bus.register(new Listener());
    const stranger = cluster.broker();
    await Promise.all([stranger.connect({} as never), cluster.pass()]);
    const info = new ExtData(1, new Encoder().encode(['x'.repeat(100_000), {}]));
    stranger.publish(
      `vaquero.n.${ref.split('.')[0]}`,
      seal(Kind.send, 'stranger', new Encoder().encode([ref, info]) as Uint8Array),
    );
    await cluster.pass();
    expect(messages).toHaveLength(1);
    expect(messages[0]?.length).toBeLessThan(300);
  });
});

test('handlers and services do not change: connections of two nodes talk, ask and watch', async () => {
  class Greeting {
    readonly type = 'greeting';
    constructor(readonly text: string) {}
  }

  @WebSocketHandler('/')
  class Talks {
    constructor(private readonly connection: Connection) {}
    @OnInit() async init() {
      await this.connection.subscribe('all');
      return this.connection.ref;
    }
    @OnInfo('greeting') greeted(info: Greeting) {
      return info.text;
    }
    @OnInfo() down(info: Down) {
      return `down ${String(info.reason)}`;
    }
    @OnText() watch(message: string) {
      this.connection.monitor(message as Ref);
    }
  }
  const cluster = new Cluster();
  const [here, there] = [await cluster.node(), await cluster.node()];
  const [ada, bob] = [
    await mount(Talks, { bus: here.bus, clock: cluster.clock }),
    await mount(Talks, { bus: there.bus, clock: cluster.clock }),
  ];
  await cluster.pass();
  const [, ref] = [await ada.next(), await bob.next()];
  there.bus.publish('all', { type: 'greeting', text: 'Howdy' });
  await cluster.pass();
  expect([await ada.next(), await bob.next()]).toMatchObject([{ payload: 'Howdy' }, { payload: 'Howdy' }]);
  ada.send((ref as { payload: string }).payload);
  await cluster.pass();
  bob.drop();
  await cluster.pass();
  expect(await ada.next()).toMatchObject({ payload: expect.stringMatching(/^down/) });
});
