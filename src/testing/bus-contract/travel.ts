import assert from 'node:assert/strict';
import type { Bus } from '../../core/bus.js';
import { MAX_NESTING } from '../../core/cluster/values.js';
import { binary, close, Frame, ping, text } from '../../core/commands.js';
import { PresenceDiff } from '../../core/presence.js';
import { type Case, newTopic, rejection } from './harness.js';
import { Moved, Moves, Nameless, Refused } from './infos.js';
import { Listener } from './listener.js';

/** Sends infos from one node to another, and answers what arrives. */
async function travel(harness: Parameters<Case>[0], ...infos: readonly unknown[]): Promise<unknown[]> {
  const [here, there] = (await harness.nodes(2)) as [Bus, Bus];
  const topic = newTopic();
  const listener = new Listener();
  await there.subscribe(topic, listener);
  for (const info of infos) here.publish(topic, info);
  return listener.take(infos.length);
}

const JSON_VALUES: readonly unknown[] = [
  'Grüße 🐎',
  '',
  0,
  -1,
  1.5,
  2 ** 53 - 1,
  -(2 ** 53) + 1,
  Number.MAX_VALUE,
  true,
  false,
  null,
  [],
  {},
  [1, ['a', { b: null }]],
  { a: { b: { c: [1, 2, 3] } }, constructor: 'x', prototype: 1 },
];

const NOT_PORTABLE = { code: 'VAQUERO_INFO_NOT_PORTABLE' };

/** So many objects and arrays in each other. */
function nested(levels: number): unknown {
  if (levels === 0) return 1;
  return levels % 2 === 0 ? [nested(levels - 1)] : { inner: nested(levels - 1) };
}

class Node {
  next: Node | null = null;
}

/** What infos are when they arrive on another node. */
export const travelling: Readonly<Record<string, Case>> = {
  'JSON values arrive as they are': async (harness) => {
    assert.deepEqual(await travel(harness, ...JSON_VALUES), JSON_VALUES);
  },

  'bytes and dates arrive as they are': async (harness) => {
    const [bytes, buffer, date] = await travel(harness, Uint8Array.of(1, 2), Uint8Array.of(3, 4).buffer, new Date(86_400_123));
    assert.ok(bytes instanceof Uint8Array);
    assert.deepEqual([...bytes], [1, 2]);
    assert.deepEqual([...new Uint8Array(buffer as ArrayBuffer)], [3, 4]);
    assert.equal((date as Date).getTime(), 86_400_123);
  },

  'classes with a name arrive as their instances, in each other too': async (harness) => {
    const [moved, moves] = (await travel(
      harness,
      new Moved('HERD', 12.5),
      new Moves(new Moved('CALF', 1), [new Moved('BULL', 2)]),
    )) as [Moved, Moves];
    assert.ok(moved instanceof Moved);
    assert.equal(moved.label, 'HERD: 12.5');
    assert.ok(moves instanceof Moves && moves.first instanceof Moved && moves.others[0] instanceof Moved);
    assert.equal(moves.others[0].label, 'BULL: 2');
  },

  'frames and commands arrive as such': async (harness) => {
    const [words, bytes, pinged, closed] = (await travel(
      harness,
      text('Howdy'),
      binary(Uint8Array.of(7)),
      ping('p'),
      close(4000, 'enough'),
    )) as [Frame, Frame, Frame, ReturnType<typeof close>];
    assert.ok(words instanceof Frame);
    assert.deepEqual([words.type, words.payload], ['text', 'Howdy']);
    assert.deepEqual([bytes.type, [...(bytes.payload as Buffer)]], ['binary', [7]]);
    assert.deepEqual([pinged.type, String(pinged.payload)], ['ping', 'p']);
    assert.deepEqual([closed.kind, closed.code, closed.reason], ['close', 4000, 'enough']);
  },

  'errors arrive with name, message and code': async (harness) => {
    const [error] = (await travel(harness, Object.assign(new TypeError('no'), { code: 'E_NO' }))) as [Error & { code: string }];
    assert.ok(error instanceof Error);
    assert.deepEqual([error.name, error.message, error.code], ['TypeError', 'no', 'E_NO']);
  },

  'errors with a name arrive as their instances, with message and fields': async (harness) => {
    const [refused] = (await travel(harness, new Refused('no such horse', 'HERD'))) as [Refused];
    assert.ok(refused instanceof Refused);
    assert.deepEqual([refused.message, refused.symbol], ['no such horse', 'HERD']);
  },

  'an info is nested as deep as it may be, and not deeper, whatever it is sent as': async (harness) => {
    const [here, there] = (await harness.nodes(2)) as [Bus, Bus];
    const topic = newTopic();
    const listener = new Listener();
    await there.subscribe(topic, listener);
    listener.onAsk = (request) => request.answer(request.info);
    const [ref, tracked] = [there.register(listener), here.register(new Listener())];
    const deepest = nested(MAX_NESTING);
    here.publish(topic, deepest);
    assert.deepEqual(await listener.next(), deepest);
    here.send(ref, deepest);
    assert.deepEqual(await listener.next(), deepest);
    assert.deepEqual(await here.request(ref, deepest), deepest);
    await here.presence.track(topic, tracked, deepest);
    assert.deepEqual(((await listener.next()) as PresenceDiff).joins, [{ ref: tracked, meta: deepest }]);
    if (!harness.remote) return;
    const deeper = nested(MAX_NESTING + 1);
    listener.onAsk = (request) => assert.throws(() => request.answer(deeper), NOT_PORTABLE);
    assert.throws(() => here.publish(topic, deeper), NOT_PORTABLE);
    assert.throws(() => here.send(ref, deeper), NOT_PORTABLE);
    for (const meta of [deeper, new PresenceDiff(topic, [{ ref, meta: deepest }], [])]) {
      assert.throws(() => here.presence.track(topic, tracked, meta), NOT_PORTABLE);
    }
    assert.equal((await rejection(here.request(ref, deeper))).code, NOT_PORTABLE.code);
    assert.equal((await rejection(here.request(ref, 1))).code, 'VAQUERO_REQUEST_CRASHED');
  },

  'what cannot travel fails where it is published, and nobody gets it': async (harness) => {
    if (!harness.remote) return;
    const [here, there] = (await harness.nodes(2)) as [Bus, Bus];
    const topic = newTopic();
    const [near, far] = [new Listener(), new Listener()];
    await Promise.all([here.subscribe(topic, near), there.subscribe(topic, far)]);
    const circle = new Node();
    circle.next = circle;
    const ring: unknown[] = [];
    ring.push(ring);
    const never = new Date(Number.NaN);
    const polluting = JSON.parse('{ "__proto__": 1, "a": 1 }');
    const nameless = [new Nameless(), { deep: [new Nameless()] }];
    for (const info of [...nameless, () => 1, Symbol('s'), 1n, new Map(), circle, ring, never, polluting]) {
      assert.throws(() => here.publish(topic, info), NOT_PORTABLE);
      assert.throws(() => here.send(there.register(far), info), NOT_PORTABLE);
    }
    assert.throws(() => here.publish(topic, new Nameless()), /Nameless.*@Info/);
    here.publish(topic, 'fine');
    assert.deepEqual([await near.next(), await far.next()], ['fine', 'fine']);
  },
};
