import assert from 'node:assert/strict';
import type { Bus } from '../../core/bus.js';
import { PresenceDiff, type PresenceEntry } from '../../core/presence.js';
import { type Case, newTopic, rejection } from './harness.js';
import { Moved } from './infos.js';
import { Listener } from './listener.js';

const byRef = (left: PresenceEntry, right: PresenceEntry) => (left.ref < right.ref ? -1 : 1);

/** Who is present in which topic. */
export const presence: Readonly<Record<string, Case>> = {
  'who is tracked is listed on every node, with its meta': async (harness) => {
    const topic = newTopic();
    const buses = await harness.nodes(3);
    const expected: PresenceEntry[] = [];
    for (const [i, bus] of buses.entries()) {
      const ref = bus.register(new Listener());
      await bus.presence.track(topic, ref, new Moved('HERD', i));
      expected.push({ ref, meta: new Moved('HERD', i) });
    }
    for (const bus of buses) assert.deepEqual([...(await bus.presence.list(topic))].sort(byRef), expected.sort(byRef));
    assert.deepEqual(await (buses[0] as Bus).presence.list(newTopic()), []);
  },

  'subscribers on every node are told who comes, changes and goes': async (harness) => {
    const topic = `${newTopic()} with spaces`;
    const buses = (await harness.nodes(3)) as [Bus, ...Bus[]];
    const listeners = buses.map(() => new Listener());
    await Promise.all(buses.map((bus, i) => bus.subscribe(topic, listeners[i] as Listener)));
    const [bus] = buses;
    const ref = bus.register(new Listener());
    await bus.presence.track(topic, ref, 'one');
    await bus.presence.track(topic, ref, 'two');
    bus.presence.untrack(topic, ref);
    const [one, two] = [
      { ref, meta: 'one' },
      { ref, meta: 'two' },
    ];
    for (const listener of listeners) {
      const diffs = (await listener.take(3)) as PresenceDiff[];
      assert.ok(diffs.every((diff) => diff instanceof PresenceDiff));
      assert.deepEqual(diffs, [
        new PresenceDiff(topic, [one], []),
        new PresenceDiff(topic, [two], [one]),
        new PresenceDiff(topic, [], [two]),
      ]);
    }
    assert.deepEqual(await bus.presence.list(topic), []);
  },

  'who is not tracked can be untracked, and nobody is told': async (harness) => {
    const topic = newTopic();
    const [bus] = (await harness.nodes(1)) as [Bus];
    const listener = new Listener();
    await bus.subscribe(topic, listener);
    const ref = bus.register(new Listener());
    bus.presence.untrack(topic, ref);
    bus.publish(topic, 'next');
    assert.equal(await listener.next(), 'next');
  },

  'a topic that is none is refused': async (harness) => {
    const [bus] = (await harness.nodes(1)) as [Bus];
    const ref = bus.register(new Listener());
    for (const topic of harness.remote ? ['', 'x'.repeat(1_025)] : ['']) {
      assert.throws(() => bus.presence.track(topic, ref, 1), { code: 'VAQUERO_INVALID_TOPIC' });
      assert.equal((await rejection(bus.presence.list(topic))).code, 'VAQUERO_INVALID_TOPIC');
    }
  },
};
