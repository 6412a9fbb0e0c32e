import 'reflect-metadata';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Bus, Connection, OnInfo, OnInit, OnTerminate, OnText, OnUpgrade, WebSocketHandler } from 'vaquero';
import { busContract, type Mounted, type MountOptions, mount, SimulatedNetwork, VirtualClock } from 'vaquero/testing';
import { recorder } from '../support/servers.js';

/** What a test waits for comes, or the wait ends by itself. */

const pending = new Promise<void>(() => undefined);

class News {
  constructor(readonly text: string) {}
}

@WebSocketHandler('/rooms/:room')
class Room {
  constructor(private readonly connection: Connection) {}

  @OnInit() enter() {
    return 'welcome';
  }

  @OnText() say(message: string) {
    if (message === 'throw') throw new Error('boom');
    if (message === 'wait') return pending;
    if (message === 'timer') return void this.connection.sendAfter(1, new News('rung'));
    return message;
  }

  @OnInfo() news({ text }: News) {
    return text;
  }

  @OnTerminate() leave(reason: { type: string; code?: number }) {
    if (reason.code === 4000) return pending;
  }
}

/** A room whose waits are short, for those that are over. */
const enter = (options: MountOptions = {}) =>
  mount(Room, { path: '/rooms/barn?x=1', bus: new Bus(), logger: recorder([]), timeout: 20, ...options });

async function overdue(wait: Promise<unknown>): Promise<Error> {
  const error = await wait.then(
    (value) => value,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'VAQUERO_WAIT_TIMEOUT' });
  return error as Error;
}

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);

afterEach(() => {
  jest.useRealTimers();
  process.off('unhandledRejection', note);
  expect(unhandled.splice(0)).toEqual([]);
});

async function sendsToNobody({ bus }: Mounted): Promise<void> {
  const gone = await enter({ bus });
  const { ref } = gone;
  await gone.close(1000);
  bus.send(ref, 1);
}

describe('a frame that never comes', () => {
  test('is an error that names handler, path and frames, and shows the call', async () => {
    const chat = await enter();
    await chat.next();
    const error = await overdue(chat.next());
    expect(error.message).toBe(
      'Room at /rooms/barn?x=1: the next frame did not come in 20 ms. Frames received: 1 (text "welcome"). The connection is open. ' +
        'Counters above 0: none; of the bus: none.',
    );
    expect(error.stack).toContain(error.message);
    expect(error.stack).toContain('waits.test.ts');
    expect(error).not.toHaveProperty('cause');
  });

  test('is waited for in the real time, whatever the clock, and be the timers of the process faked', async () => {
    const clock = new VirtualClock();
    const chat = await enter({ clock });
    await chat.next();
    await clock.advance(7);
    jest.useFakeTimers();
    expect((await overdue(chat.next())).message).toContain('Its clock is at 7 ms; time passes there by advance() alone.');
  });

  test('is given to the next who waits, when it comes after all', async () => {
    const chat = await enter();
    await chat.next();
    await overdue(chat.next());
    const waiting = chat.next();
    await chat.send('late');
    await chat.send('later');
    expect(await waiting).toEqual({ type: 'text', payload: 'late' });
    expect(await chat.next()).toEqual({ type: 'text', payload: 'later' });
  });

  test('has the last frames in its error, and the beginning of each', async () => {
    const chat = await enter();
    await chat.send('x'.repeat(41));
    for (let i = 0; i < 2; i++) await chat.send(`${i}`);
    chat.connection.send([Buffer.of(1, 2)]);
    await chat.close(4000, 'bye');
    for (let i = 0; i < 6; i++) await chat.next();
    const { message } = await overdue(chat.terminated);
    expect(message).toContain(
      `Frames received: 6 (…, text "${'x'.repeat(40)}…", text "0", text "1", binary of 2 bytes, close 4000)`,
    );
    expect(message).toContain('its end for the handler (terminated) did not come');
    expect(message).toContain('The connection has ended (the client closed with 4000), and @OnTerminate is not over.');
  });

  test.each<[string, (chat: Mounted) => unknown, string]>([
    ['a callback that runs', (chat) => chat.send('wait'), 'The connection is open, and Room.say has not returned.'],
    ['what no callback takes', (chat) => chat.send(Buffer.of(1)), 'Counters above 0: ignored 1;'],
    ['what went to somebody who was gone', sendsToNobody, 'of the bus: undeliverable 1.'],
    ['what was delivered', (chat) => chat.info('no news'), 'Counters above 0: ignored 1; of the bus: delivered 1.'],
    ['a client that does not read', (chat) => chat.pause(), '(text "welcome"); it reads no more until resume() or read().'],
  ])('has %s in its error', async (_what, does, says) => {
    const chat = await enter();
    await chat.next();
    await does(chat);
    expect((await overdue(chat.next())).message).toContain(says);
  });

  test('has the last error that was reported as its cause', async () => {
    const chat = await enter();
    chat.pause();
    await chat.send('throw');
    const error = await overdue(chat.closed);
    expect(error.message).toContain('its end for the client (closed) did not come');
    expect(error.message).toContain('The connection has ended (a callback failed (boom)). Last error: boom.');
    expect((error.cause as Error).message).toBe('boom');
  });
});

describe('what comes in time', () => {
  test('is what is waited for, also where a timer of the machine brings it', async () => {
    const chat = await enter({ timeout: 60_000 });
    await chat.next();
    chat.send('timer');
    expect(await chat.next()).toEqual({ type: 'text', payload: 'rung' });
    chat.close(1000);
    expect(await Promise.all([chat.closed, chat.terminated])).toMatchObject([{ code: 1000 }, { type: 'remote' }]);
  });

  test('is there although the process was held up on the way for longer', async () => {
    // More than the event loop takes in one turn.
    const STEPS = 1_000;

    class Step {
      constructor(readonly left: number) {}
    }

    @WebSocketHandler('/')
    class Climber {
      constructor(
        private readonly connection: Connection,
        private readonly bus: Bus,
      ) {}

      @OnInfo() step({ left }: Step) {
        if (left === STEPS) for (const began = performance.now(); performance.now() - began < 40; );
        if (left === 0) return 'there';
        this.bus.send(this.connection.ref, new Step(left - 1));
      }
    }
    const chat = await mount(Climber, { bus: new Bus(), timeout: 20 });
    chat.info(new Step(STEPS));
    expect(await chat.next()).toEqual({ type: 'text', payload: 'there' });
  });

  test('is waited for without an end where the timeout is Infinity', async () => {
    const chat = await enter({ timeout: Number.POSITIVE_INFINITY });
    await chat.next();
    const received = Promise.all([chat.next(), chat.closed]);
    // Others give up meanwhile.
    await overdue((await enter()).closed);
    await chat.send('hi');
    await chat.drop();
    expect(await received).toEqual([
      { type: 'text', payload: 'hi' },
      { code: 1006, reason: '' },
    ]);
  });
});

describe('who does not await', () => {
  test('waits for nothing, and hears of what comes', async () => {
    process.on('unhandledRejection', note);
    const chat = await enter();
    await chat.next();
    const heard: unknown[] = [];
    const unawaited = chat.next();
    void chat.closed.then(({ code }) => heard.push(code)).then(() => heard.push('and then'));
    void chat.terminated.then(({ type }) => heard.push(type));
    for (let i = 0; i < 3; i++) await overdue(chat.closed);
    await chat.drop();
    await chat.closed;
    expect(heard.sort()).toEqual([1006, 'and then', 'error']);
    await expect(unawaited).rejects.toMatchObject({ code: 'VAQUERO_NO_FRAME' });
  });

  test('waits when it awaits what comes of it', async () => {
    const chat = await enter();
    await overdue(chat.closed.then(({ code }) => code).then(String));
    await overdue(Promise.all([chat.terminated]));
  });
});

describe('a mount', () => {
  @WebSocketHandler('/')
  class Undecided {
    @OnUpgrade() think() {
      return pending;
    }
  }

  test('waits so long for @OnUpgrade', async () => {
    const error = await overdue(mount(Undecided, { clock: new VirtualClock(), timeout: 20 }));
    expect(error.message).toMatch(
      /^Undecided at \/: the answer to its upgrade did not come in 20 ms. Frames received: 0. The upgrade is not decided, and Undecided.think has not returned. Its clock is at 0 ms/,
    );
  });

  test('waits so long for its bus', async () => {
    const clock = new VirtualClock();
    const error = await overdue(enter({ clock, bus: new SimulatedNetwork({ clock }).bus() }));
    expect(error.message).toContain(
      'the connection of its bus did not come in 20 ms. Frames received: 0. The handler has not been asked. Its bus is connecting. Its clock is at 0 ms',
    );
  });

  test.each([1, 2_147_483_647, Number.POSITIVE_INFINITY])('takes a timeout of %p', async (timeout) => {
    expect((await enter({ timeout })).frames).toHaveLength(1);
  });

  test.each([0, -1, 2_147_483_648, Number.NaN, '5', null])('takes no timeout of %p', async (timeout) => {
    await expect(enter({ timeout: timeout as number })).rejects.toMatchObject({
      code: 'VAQUERO_INVALID_OPTION',
      message: expect.stringContaining('option timeout must be a number of milliseconds from 1 to 2147483647, or Infinity'),
    });
  });
});

describe('a case of the contract of a bus', () => {
  const contract = (bus: Bus, timeout: number) =>
    busContract({ remote: false, timeout, nodes: async (count) => Array.from({ length: count }, () => bus) });

  test('that does not do it ends by itself', async () => {
    const deaf = Object.assign(new Bus(), { send: () => undefined });
    const [first] = contract(deaf, 20);
    const error = await overdue(first?.run() as Promise<void>);
    expect(error.message).toMatch(/^busContract\(\): "delivery: an info sent to a ref .+" was not over in 20 ms\./);
  });

  test.each([1, Number.POSITIVE_INFINITY])('that does it is over in time, be it %p', async (timeout) => {
    await contract(new Bus(), timeout)[0]?.run();
  });

  test.each([0, Number.NaN, null])('has a timeout, which is not %p', (timeout) => {
    expect(() => contract(new Bus(), timeout as number)).toThrow(expect.objectContaining({ code: 'VAQUERO_INVALID_OPTION' }));
  });
});
