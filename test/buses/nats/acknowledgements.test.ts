import { describe, expect, test } from '@jest/globals';
import { Backlog } from '../../../src/buses/backlog.js';
import { Acknowledgements } from '../../../src/buses/nats/acknowledgements.js';

/** PINGs that were sent, each answered when the test says so. */
class Pings {
  readonly answers: (() => void)[] = [];
  readonly backlog = new Backlog(0);
  readonly acknowledgements = new Acknowledgements(() => new Promise((resolve) => this.answers.push(resolve)), this.backlog);

  publish(messages: number): void {
    for (let i = 0; i < messages; i++) this.acknowledgements.message('news', Buffer.from('x'));
  }

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
    pings.publish(100);
    await turn();
    expect(pings.sent).toBe(1);
    pings.publish(50);
    await turn();
    expect(pings.sent).toBe(1);
    expect(pings.backlog.messages).toBe(150);
    await pings.answer();
    expect(pings.sent).toBe(2);
    expect(pings.backlog.messages).toBe(50);
    await pings.answer();
    expect(pings.sent).toBe(2);
    expect(pings.backlog).toMatchObject({ messages: 0, bytes: 0 });
    pings.publish(1);
    await turn();
    expect(pings.sent).toBe(3);
  });

  test('are waited for by many together, and not with a PING that was sent before', async () => {
    const pings = new Pings();
    pings.publish(1);
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
    pings.publish(1);
    const asked = pings.acknowledgements.all();
    await turn();
    const next = pings.acknowledgements.all();
    pings.acknowledgements.end();
    expect(await Promise.all([asked, next, pings.acknowledgements.all()])).toEqual([false, false, false]);
    expect(pings.backlog.messages).toBe(1);
    expect(pings.sent).toBe(1);
  });
});
