import assert from 'node:assert/strict';
import type { Bus } from '../../core/bus.js';
import type { Ref } from '../../core/ref.js';
import { type Case, newTopic, rejection } from './harness.js';
import { Listener } from './listener.js';

const MANY = 1_000;

/** One listener on each of so many nodes, subscribed to a topic. */
async function audience(buses: readonly Bus[], topic: string): Promise<Listener[]> {
  const listeners = buses.map(() => new Listener());
  await Promise.all(buses.map((bus, i) => bus.subscribe(topic, listeners[i] as Listener)));
  return listeners;
}

/** Sending, publishing and subscribing. */
export const delivery: Readonly<Record<string, Case>> = {
  'an info sent to a ref reaches that connection from every node': async (harness) => {
    const buses = await harness.nodes(3);
    const listener = new Listener();
    const ref = (buses[0] as Bus).register(listener);
    for (const [i, bus] of buses.entries()) bus.send(ref, i);
    assert.deepEqual((await listener.take(3)).sort(), [0, 1, 2]);
  },

  'an info published to a topic reaches its subscribers on every node, once each': async (harness) => {
    const topic = newTopic();
    const buses = await harness.nodes(3);
    const listeners = [...(await audience(buses, topic)), ...(await audience(buses, topic))];
    (buses[1] as Bus).publish(topic, 'first');
    (buses[1] as Bus).publish(topic, 'second');
    for (const listener of listeners) assert.deepEqual(await listener.take(2), ['first', 'second']);
  },

  'what one sender publishes arrives in order': async (harness) => {
    const topic = newTopic();
    const buses = await harness.nodes(2);
    const listeners = await audience(buses, topic);
    for (let i = 0; i < MANY; i++) (buses[0] as Bus).publish(topic, i);
    const expected = Array.from({ length: MANY }, (_, i) => i);
    for (const listener of listeners) assert.deepEqual(await listener.take(MANY), expected);
  },

  'what one sender sends to a ref arrives in order': async (harness) => {
    const [here, there] = (await harness.nodes(2)) as [Bus, Bus];
    const listener = new Listener();
    const ref = there.register(listener);
    for (let i = 0; i < MANY; i++) here.send(ref, i);
    assert.deepEqual(
      await listener.take(MANY),
      Array.from({ length: MANY }, (_, i) => i),
    );
  },

  'what is published when a subscription has been acknowledged arrives': async (harness) => {
    const [here, there] = (await harness.nodes(2)) as [Bus, Bus];
    for (let round = 0; round < 20; round++) {
      const topic = newTopic();
      const [listener] = (await audience([there], topic)) as [Listener];
      here.publish(topic, round);
      assert.equal(await listener.next(), round);
    }
  },

  'who has unsubscribed hears nothing more, others of the node do': async (harness) => {
    const topic = newTopic();
    const [here, there] = (await harness.nodes(2)) as [Bus, Bus];
    const [stays] = (await audience([there], topic)) as [Listener];
    const [leaves] = (await audience([there], topic)) as [Listener];
    there.unsubscribe(topic, leaves);
    here.publish(topic, 'later');
    assert.equal(await stays.next(), 'later');
    await there.subscribe(topic, leaves);
    here.publish(topic, 'again');
    assert.equal(await leaves.next(), 'again');
  },

  'a topic that everybody left can be subscribed to again': async (harness) => {
    const topic = newTopic();
    const [here, there, elsewhere] = (await harness.nodes(3)) as [Bus, Bus, Bus];
    const [witness] = (await audience([elsewhere], topic)) as [Listener];
    const listener = new Listener();
    for (let round = 0; round < 5; round++) {
      await there.subscribe(topic, listener);
      there.unsubscribe(topic, listener);
    }
    here.publish(topic, 'nobody');
    assert.equal(await witness.next(), 'nobody');
    await there.subscribe(topic, listener);
    here.publish(topic, 'somebody');
    assert.equal(await listener.next(), 'somebody');
  },

  'topics are told apart, whatever is in their names': async (harness) => {
    const [here, there] = (await harness.nodes(2)) as [Bus, Bus];
    const base = newTopic();
    const topics = ['a', 'a.b', 'a.*', 'a.>', 'a b', 'A', 'ä', 'a=62', 'a%62', '🐎', 'a\r\nb', `${'x'.repeat(900)}`];
    const listeners: Listener[] = [];
    for (const topic of topics) listeners.push(...(await audience([there], base + topic)));
    for (const topic of topics) here.publish(base + topic, topic);
    for (const topic of topics) here.publish(base + topic, 'end');
    for (const [i, listener] of listeners.entries()) assert.deepEqual(await listener.take(2), [topics[i], 'end']);
  },

  'a topic that is none is refused': async (harness) => {
    const [bus] = (await harness.nodes(1)) as [Bus];
    for (const topic of ['', 7, undefined] as unknown as string[]) {
      assert.throws(() => bus.publish(topic, 1), { code: 'VAQUERO_INVALID_TOPIC' });
      assert.throws(() => bus.subscribe(topic, new Listener()), { code: 'VAQUERO_INVALID_TOPIC' });
    }
  },

  'a topic has no half of a pair of surrogates where there is a broker': async (harness) => {
    if (!harness.remote) return;
    const [bus] = (await harness.nodes(1)) as [Bus];
    for (const topic of ['\ud800', 'a\udfffb', '\ude00\ud83d']) {
      assert.throws(() => bus.publish(topic, 1), { code: 'VAQUERO_INVALID_TOPIC' });
      assert.throws(() => bus.subscribe(topic, new Listener()), { code: 'VAQUERO_INVALID_TOPIC' });
      assert.throws(() => bus.presence.track(topic, bus.register(new Listener()), 1), { code: 'VAQUERO_INVALID_TOPIC' });
      assert.equal((await rejection(bus.presence.list(topic))).code, 'VAQUERO_INVALID_TOPIC');
    }
  },

  'a topic has at most 1,024 bytes where there is a broker': async (harness) => {
    const [bus] = (await harness.nodes(1)) as [Bus];
    const longest = 'é'.repeat(512);
    const listener = new Listener();
    await bus.subscribe(longest, listener);
    bus.publish(longest, 1);
    assert.equal(await listener.next(), 1);
    if (harness.remote) assert.throws(() => bus.publish(`${longest}x`, 1), { code: 'VAQUERO_INVALID_TOPIC' });
  },

  'a message to a ref that is gone is a counted no-op': async (harness) => {
    const [here, there] = (await harness.nodes(2)) as [Bus, Bus];
    const ref = there.register(new Listener());
    there.unregister(ref, undefined);
    const counted = () => [...new Set([here, there])].reduce((sum, bus) => sum + bus.counters.undeliverable, 0);
    const before = counted();
    here.send(ref, 'nobody');
    // Comes behind what was sent, and is answered.
    await rejection(here.request(ref, 'nobody'));
    assert.equal(counted() - before, 1);
  },

  'a ref that is none is refused, and one of no node is a counted no-op': async (harness) => {
    const [bus] = (await harness.nodes(1)) as [Bus];
    for (const ref of ['', 7, undefined] as unknown as Ref[]) {
      assert.throws(() => bus.send(ref, 1), { code: 'VAQUERO_INVALID_REF' });
      assert.equal((await rejection(bus.request(ref, 1))).code, 'VAQUERO_INVALID_REF');
    }
    const before = bus.counters.undeliverable;
    bus.send('somewhere else > *.1' as Ref, 1);
    assert.equal(bus.counters.undeliverable, before + 1);
  },
};
