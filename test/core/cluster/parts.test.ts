import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeTopic, encodeTopic, MAX_TOPIC, nodeOf } from '../../../src/core/cluster/channels.js';
import { Kind, seal, unseal } from '../../../src/core/cluster/envelope.js';
import { OfflineQueue } from '../../../src/core/cluster/offline-queue.js';

const topics = fc.string({ unit: 'grapheme', minLength: 1 });

describe('tokens', () => {
  test('are made of letters, digits, dashes, underscores and equals signs, and turn back into their topics', () => {
    fc.assert(
      fc.property(topics, (topic) => {
        const token = encodeTopic(topic);
        expect(token).toMatch(/^[\w=-]+$/);
        expect(decodeTopic(token)).toBe(topic);
      }),
    );
  });

  test('of the longest topics have at most three times their bytes', () => {
    expect(encodeTopic('é'.repeat(MAX_TOPIC / 2)).length).toBe(3 * MAX_TOPIC);
  });
});

test.each([
  ['abcdefgh.1', 'abcdefgh'],
  ['ab_d-fgh.zz', 'ab_d-fgh'],
  ['abcdefgh.', null],
  ['abcdefgh', null],
  ['abc*efgh.1', null],
  ['abcdefgh.1 2', null],
  ['abcdefgh.1\n', null],
  ['abcdefgh.A', null],
  ['abcdefgh.zzzzzzzzzzz', 'abcdefgh'],
  ['abcdefgh.zzzzzzzzzzzz', null],
  ['', null],
])('the node of the ref %j is %j', (ref, node) => {
  expect(nodeOf(ref)).toBe(node);
});

describe('an envelope', () => {
  const message = seal(Kind.send, 'abcdefgh', Uint8Array.of(1, 2, 3));

  test('gives back what was put into it', () => {
    const opened = unseal(message);
    expect(opened).toMatchObject({ kind: Kind.send, from: 'abcdefgh' });
    expect((opened as { body: Buffer }).body).toEqual(Buffer.of(1, 2, 3));
  });

  test('of a newer version is not opened', () => {
    const newer = Buffer.from(message);
    newer[2] = 2;
    expect(unseal(newer)).toMatch(/version 2.*Update this node/);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['JSON', Buffer.from('{"hello":1}')],
    ['one that ends in the sender', message.subarray(0, 9)],
  ])('that is none is not opened: %s', (_, bytes) => {
    expect(typeof unseal(bytes)).toBe('string');
  });
});

describe('an offline queue', () => {
  const outgoing = (size: number) => ({ channel: 'c', message: new Uint8Array(size), tag: null });

  test('takes as many bytes as its limit says, and not one more', () => {
    const queue = new OfflineQueue(20);
    expect(queue.add(outgoing(9))).toBe(true);
    expect(queue.add(outgoing(10))).toBe(false);
    expect(queue.add(outgoing(9))).toBe(true);
    expect(queue.empty()).toHaveLength(2);
  });

  test('gives away all, in order, and has room again', () => {
    const queue = new OfflineQueue(20);
    const [first, second] = [outgoing(9), outgoing(8)];
    queue.add(first);
    queue.add(second);
    expect(queue.empty()).toEqual([first, second]);
    expect(queue.empty()).toEqual([]);
    expect(queue.add(outgoing(19))).toBe(true);
  });
});
