import { expect, test } from '@jest/globals';
import { VirtualClock } from 'vaquero/testing';
import { Alarm, Timers } from '../../src/core/timers.js';

class Named extends Alarm {
  constructor(
    readonly name: string,
    private readonly rang: string[],
  ) {
    super();
  }

  ring(): void {
    this.rang.push(this.name);
  }
}

test('what is due at the same moment happens in the order in which it was started', async () => {
  const clock = new VirtualClock();
  const timers = new Timers(clock);
  const rang: string[] = [];
  const alarms = [...'abcdefgh'].map((name) => new Named(name, rang));
  for (const alarm of alarms) timers.start(alarm, 10);
  await clock.advance(10);
  expect(rang.join('')).toBe('abcdefgh');
});

test('be some cancelled, others started before, and one started again', async () => {
  const clock = new VirtualClock();
  const timers = new Timers(clock);
  const rang: string[] = [];
  const [a, b, c, d, e] = [...'abcde'].map((name) => new Named(name, rang)) as [Named, Named, Named, Named, Named];
  timers.start(a, 20);
  timers.start(b, 20);
  timers.start(c, 20);
  await clock.advance(10);
  timers.start(d, 10);
  timers.start(e, 5);
  timers.cancel(b);
  timers.cancel(a);
  timers.start(a, 10);
  await clock.advance(10);
  expect(rang.join('')).toBe('ecda');
});
