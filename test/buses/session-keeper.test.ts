import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Refusals } from '../../src/buses/pending-subscriptions.js';
import { type BrokerSession, type Dialer, SessionKeeper } from '../../src/buses/session-keeper.js';
import type { BrokerEvents } from '../../src/core/cluster/broker.js';
import { VaqueroError } from '../../src/core/errors.js';
import { Events } from '../support/events.js';

const unavailable = (message = '') =>
  expect.objectContaining({ code: 'VAQUERO_BUS_UNAVAILABLE', message: expect.stringContaining(message) });

/** A session that answers when the test says so, once for all that it was asked. */
class FakeSession implements BrokerSession {
  readonly channels = new Set<string>();
  readonly asked = new Events<readonly string[]>();
  /** What is done with it, in order. */
  readonly done: string[] = [];
  unacknowledged = 0;
  readonly ended: Promise<Error>;
  #reason: Error | undefined;
  #resolveEnded: (reason: Error) => void = () => undefined;
  #answers: ((refusals: Refusals) => void)[] = [];
  #drained: (() => void)[] = [];

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  end(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.done.push(`end: ${reason.message}`);
    this.drained();
    this.#resolveEnded(reason);
  }

  subscribe(channels: readonly string[]): Promise<Refusals> {
    for (const channel of channels) this.channels.add(channel);
    this.asked.push(channels);
    const answered = new Promise<Refusals>((resolve) => this.#answers.push(resolve));
    return Promise.race([answered, this.ended.then((reason) => Promise.reject(reason))]);
  }

  /** Answers everything that was asked, with what is refused. */
  answer(refused: Record<string, Error> = {}): void {
    for (const resolve of this.#answers.splice(0)) resolve(new Map(Object.entries(refused)));
  }

  unsubscribe(channel: string): void {
    this.channels.delete(channel);
  }

  drain(): Promise<void> {
    this.done.push('drain');
    if (this.#reason !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  drained(): void {
    for (const drained of this.#drained.splice(0)) drained();
  }
}

/** Waits with each dial until the test gives it a session, or refuses it one. */
class FakeDialer implements Dialer<FakeSession> {
  readonly name = 'the broker';
  readonly dials = new Events<FakeSession | undefined>();
  #waiting: ((session: FakeSession | Promise<never>) => void)[] = [];

  dial(closing: AbortSignal, lost: FakeSession | undefined): Promise<FakeSession> {
    this.dials.push(lost);
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      closing.addEventListener('abort', () => reject(closing.reason));
    });
  }

  failure(thrown: unknown): VaqueroError {
    return VaqueroError.is(thrown) ? thrown : new VaqueroError('VAQUERO_BUS_UNAVAILABLE', (thrown as Error).message);
  }

  /** Waits for a dial, and answers it with a new session. */
  async session(): Promise<FakeSession> {
    await this.dials.next();
    const session = new FakeSession();
    this.#waiting.shift()?.(session);
    await session.asked.next();
    return session;
  }

  /** Waits for a dial, and refuses it. */
  async refuse(error: Error): Promise<void> {
    await this.dials.next();
    this.#waiting.shift()?.(Promise.reject(error));
  }
}

/** What a keeper tells, in order. */
class Told implements BrokerEvents {
  readonly all = new Events<string>();
  message(): void {}
  unheard(): void {}
  down = (cause: Error) => this.all.push(`down: ${cause.message}`);
  up = () => this.all.push('up');
  lost = (messages: number) => this.all.push(`lost: ${messages}`);
  failed = (error: Error) => this.all.push(`failed: ${error.message}`);
}

function kept() {
  const dialer = new FakeDialer();
  return { dialer, keeper: new SessionKeeper(dialer), told: new Told() };
}

async function connected() {
  const all = kept();
  const connecting = all.keeper.connect(all.told);
  const session = await all.dialer.session();
  session.answer();
  await connecting;
  return { ...all, session };
}

describe('a session', () => {
  test('is taken when the broker has answered for everything that is subscribed to', async () => {
    const { keeper, dialer, told } = kept();
    expect(() => keeper.connected).toThrow(unavailable('no connection'));
    const early = keeper.subscribe('early');
    const connecting = keeper.connect(told);
    const session = await dialer.session();
    expect(session.asked.all).toEqual([['early']]);
    expect(() => keeper.connected).toThrow(unavailable('no connection'));
    session.answer();
    await Promise.all([connecting, early]);
    expect(keeper.connected).toBe(session);
    expect(told.all.all).toEqual([]);
  });

  test('takes what is subscribed to and left while others are restored', async () => {
    const { keeper, dialer, session: first, told } = await connected();
    const news = keeper.subscribe('news');
    first.answer();
    await news;
    first.end(new Error('gone'));
    const second = await dialer.session();
    keeper.unsubscribe('news');
    const late = keeper.subscribe('late');
    expect(second.channels).toEqual(new Set(['late']));
    second.answer();
    await late;
    expect([await told.all.next(), await told.all.next()]).toEqual(['down: gone', 'up']);
  });

  test('takes the place of the one that was lost, which is told with what it had not acknowledged', async () => {
    const { keeper, dialer, session: first, told } = await connected();
    expect(await dialer.dials.all).toEqual([undefined]);
    first.unacknowledged = 7;
    first.end(new Error('gone'));
    const second = await dialer.session();
    expect(dialer.dials.all).toEqual([undefined, first]);
    second.answer();
    expect([await told.all.next(), await told.all.next(), await told.all.next()]).toEqual(['lost: 7', 'down: gone', 'up']);
    expect(keeper.connected).toBe(second);
  });

  test('that ends before all is restored is followed by another, in the place of the one that was lost before', async () => {
    const { keeper, dialer, session: first, told } = await connected();
    first.end(new Error('gone'));
    const news = expect(keeper.subscribe('news')).resolves.toBeUndefined();
    const second = await dialer.session();
    const late = keeper.subscribe('late');
    second.end(new Error('gone too'));
    const third = await dialer.session();
    expect(dialer.dials.all).toEqual([undefined, first, first]);
    expect(third.channels).toEqual(new Set(['news', 'late']));
    third.answer();
    await Promise.all([news, late]);
    expect(told.all.all).toEqual(['down: gone', 'up']);
  });

  test('that ends as soon as it is taken is told as up, and then as down', async () => {
    const { dialer, session: first, told } = await connected();
    first.end(new Error('gone'));
    const second = await dialer.session();
    second.answer();
    second.end(new Error('gone too'));
    (await dialer.session()).answer();
    const all = [await told.all.next(), await told.all.next(), await told.all.next(), await told.all.next()];
    expect(all).toEqual(['down: gone', 'up', 'down: gone too', 'up']);
  });
});

test('a broker that is there again and refuses who connects is told, once in an outage', async () => {
  const { dialer, session: first, told } = await connected();
  const denied = new VaqueroError('VAQUERO_BUS_DENIED', 'wrong password');
  const away = new VaqueroError('VAQUERO_BUS_UNAVAILABLE', 'away');
  first.end(new Error('gone'));
  for (const error of [away, denied, denied]) await dialer.refuse(error);
  const second = await dialer.session();
  second.answer();
  for (const event of ['down: gone', 'failed: wrong password', 'up']) expect(await told.all.next()).toBe(event);
  second.end(new Error('gone again'));
  await dialer.refuse(denied);
  (await dialer.session()).answer();
  for (const event of ['down: gone again', 'failed: wrong password', 'up']) expect(await told.all.next()).toBe(event);
});

describe('a channel', () => {
  test('that is refused rejects who subscribes, and is not restored', async () => {
    const { keeper, dialer, session: first } = await connected();
    const secret = keeper.subscribe('secret');
    first.answer({ secret: new Error('not permitted') });
    await expect(secret).rejects.toEqual(unavailable('not permitted'));
    first.end(new Error('gone'));
    expect((await dialer.session()).channels).toEqual(new Set());
  });

  test('that is not permitted any more is told, and the others are restored', async () => {
    const { keeper, dialer, session: first, told } = await connected();
    const news = keeper.subscribe('news');
    first.answer();
    await news;
    first.end(new Error('gone'));
    const secret = keeper.subscribe('secret');
    const denied = new VaqueroError('VAQUERO_BUS_DENIED', 'not permitted');
    const second = await dialer.session();
    second.answer({ secret: denied });
    await expect(secret).rejects.toBe(denied);
    expect(told.all.all).toEqual(['down: gone', 'failed: not permitted', 'up']);
    expect(keeper.connected).toBe(second);
  });

  test('that fails for another reason fails the session, and is restored by the next', async () => {
    const { keeper, dialer, session: first, told } = await connected();
    first.end(new Error('gone'));
    const news = keeper.subscribe('news');
    const second = await dialer.session();
    second.answer({ news: new Error('busy') });
    const third = await dialer.session();
    expect(second.done).toEqual(['end: busy']);
    third.answer();
    await news;
    expect(told.all.all).toEqual(['down: gone', 'up']);
  });
});

describe('close', () => {
  test('ends the session when it has drained, tells nothing any more, and is done once', async () => {
    const { keeper, session, told } = await connected();
    const closing = keeper.close();
    expect(keeper.close()).toBe(closing);
    expect(() => keeper.connected).toThrow(unavailable());
    expect(session.done).toEqual(['drain']);
    session.drained();
    await closing;
    expect(session.done).toEqual(['drain', expect.stringContaining('closed')]);
    expect(told.all.all).toEqual([]);
  });

  test('ends an attempt to connect, and a session that comes of it nevertheless', async () => {
    const { keeper, dialer, told } = kept();
    const connecting = keeper.connect(told);
    await dialer.dials.next();
    await Promise.all([expect(connecting).rejects.toEqual(unavailable('closed')), keeper.close()]);

    const session = new FakeSession();
    const deaf = new SessionKeeper({ ...dialer, failure: dialer.failure, dial: async () => session });
    const refused = expect(deaf.connect(told)).rejects.toEqual(unavailable('closed'));
    await deaf.close();
    await refused;
    expect(session.done).toEqual([expect.stringMatching(/^end: .* closed/)]);
  });

  test('ends a session that is being restored', async () => {
    const { keeper, dialer, told } = kept();
    const connecting = expect(keeper.connect(told)).rejects.toEqual(unavailable('closed'));
    const session = await dialer.session();
    const closing = keeper.close();
    session.drained();
    await Promise.all([closing, connecting]);
    expect(session.done).toEqual(['drain', expect.stringContaining('closed')]);
  });

  test('ends the search, and settles who waits for a subscription', async () => {
    const { keeper, dialer, session, told } = await connected();
    session.end(new Error('gone'));
    const news = expect(keeper.subscribe('news')).rejects.toEqual(unavailable('closed'));
    await keeper.close();
    await news;
    await expect(keeper.subscribe('late')).rejects.toEqual(unavailable('closed'));
    await expect(keeper.connect(told)).rejects.toEqual(unavailable('closed'));
    expect(dialer.dials.all).toHaveLength(1);
  });
});

describe('a broker that answers nothing at close', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'setImmediate', 'nextTick', 'performance'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('is waited for as long as it acknowledges something within two seconds, and then cut', async () => {
    const { keeper, session } = await connected();
    session.unacknowledged = 4;
    const closing = keeper.close();
    while (session.unacknowledged > 1) {
      await jest.advanceTimersByTimeAsync(1_999);
      session.unacknowledged--;
      await jest.advanceTimersByTimeAsync(1);
      expect(session.done).toEqual(['drain']);
    }
    await jest.advanceTimersByTimeAsync(1_999);
    expect(session.done).toEqual(['drain']);
    await jest.advanceTimersByTimeAsync(1);
    expect(session.done).toEqual(['drain', expect.stringContaining('closed')]);
    await closing;
  });

  test('leaves no timer when it has answered', async () => {
    const { keeper, session } = await connected();
    const closing = keeper.close();
    session.drained();
    await closing;
    expect(jest.getTimerCount()).toBe(0);
  });
});
