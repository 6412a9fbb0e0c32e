import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Acknowledgements } from '../../../src/buses/nats/acknowledgements.js';

/** PINGs that were sent, each answered when the test says so. */
class Pings {
  readonly answers: (() => void)[] = [];
  readonly acknowledgements = new Acknowledgements(() => new Promise((resolve) => this.answers.push(resolve)));

  get sent(): number {
    return this.answers.length;
  }

  /** Answers the last; all that follows from it has happened then. */
  async answer(): Promise<void> {
    this.answers.at(-1)?.();
    await turn();
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('acknowledgements', () => {
  test('of all messages of a turn cost one PING, and those that come meanwhile the next', async () => {
    const pings = new Pings();
    for (let i = 0; i < 100; i++) pings.acknowledgements.message(1);
    await turn();
    expect(pings.sent).toBe(1);
    for (let i = 0; i < 50; i++) pings.acknowledgements.message(1);
    await turn();
    expect(pings.sent).toBe(1);
    expect(pings.acknowledgements.outstanding).toBe(150);
    await pings.answer();
    expect(pings.sent).toBe(2);
    expect(pings.acknowledgements.outstanding).toBe(50);
    await pings.answer();
    expect(pings.sent).toBe(2);
    expect(pings.acknowledgements.outstanding).toBe(0);
    pings.acknowledgements.message(1);
    await turn();
    expect(pings.sent).toBe(3);
  });

  test('are waited for by many together, and not with a PING that was sent before', async () => {
    const pings = new Pings();
    pings.acknowledgements.message(1);
    await turn();
    const settled: boolean[] = [];
    for (let i = 0; i < 10; i++) pings.acknowledgements.all().then((acknowledged) => settled.push(acknowledged));
    await pings.answer();
    expect(settled).toEqual([]);
    expect(pings.sent).toBe(2);
    await pings.answer();
    expect(settled).toEqual(Array(10).fill(true));
  });

  test('do not come when the connection has ended, and what was under way stays outstanding', async () => {
    const pings = new Pings();
    pings.acknowledgements.message(1);
    const asked = pings.acknowledgements.all();
    await turn();
    const next = pings.acknowledgements.all();
    pings.acknowledgements.end();
    expect(await Promise.all([asked, next, pings.acknowledgements.all()])).toEqual([false, false, false]);
    expect(pings.acknowledgements.outstanding).toBe(1);
    expect(pings.sent).toBe(1);
  });
});

describe('a connection that is not acknowledged', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'setImmediate', 'nextTick'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const MAX_BYTES = 64 * 1024 * 1024;

  test('is stuck when more than 64 MiB have waited for longer than a second', async () => {
    const { acknowledgements } = new Pings();
    acknowledgements.message(MAX_BYTES + 1);
    await turn();
    jest.advanceTimersByTime(1_000);
    expect(acknowledgements.isStuck).toBe(false);
    jest.advanceTimersByTime(1);
    expect(acknowledgements.isStuck).toBe(true);
  });

  test('is not stuck with less, however long it waits', async () => {
    const { acknowledgements } = new Pings();
    acknowledgements.message(MAX_BYTES);
    await turn();
    jest.advanceTimersByTime(60_000);
    expect(acknowledgements.isStuck).toBe(false);
  });

  test('is not stuck while it is acknowledged bit by bit', async () => {
    const pings = new Pings();
    for (let second = 0; second < 10; second++) {
      pings.acknowledgements.message(MAX_BYTES);
      await turn();
      jest.advanceTimersByTime(900);
      expect(pings.acknowledgements.isStuck).toBe(false);
      await pings.answer();
    }
  });
});
