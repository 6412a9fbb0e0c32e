import { expect, test } from '@jest/globals';
import { Backlog } from '../../src/buses/backlog.js';

const LIMIT = 1_000;
const MOST = LIMIT + 67_108_864;
/** A message that takes so many bytes with its channel. */
const message = (bytes: number) => new Uint8Array(bytes - 'void'.length);

test('bufferLimit and 64 MiB may wait, channels included, and one byte more is too much until it is acknowledged', () => {
  const backlog = new Backlog(LIMIT);
  backlog.add('void', message(MOST - 10));
  backlog.add('void', message(10));
  expect(backlog).toMatchObject({ messages: 2, bytes: MOST, isOver: false });
  backlog.add('', new Uint8Array(1));
  expect(backlog.isOver).toBe(true);
  expect(backlog.reason.message).toContain(`${MOST} bytes`);
  backlog.settle(1, MOST - 10);
  expect(backlog).toMatchObject({ messages: 2, bytes: 11, isOver: false });
});
