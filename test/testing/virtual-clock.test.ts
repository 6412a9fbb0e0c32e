import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bus, Connection, OnInfo, OnInit, OnPong, OnText, type Ref, type Reply, Timeout, WebSocketHandler } from 'vaquero';
import { mount, VirtualClock } from 'vaquero/testing';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('the clock alone', () => {
  test('calls back in the order of the moments, then of the calls, each at its moment', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    for (const [name, ms] of [
      ['b', 20],
      ['a', 10],
      ['c', 20],
      ['late', 31],
    ] as const)
      clock.setTimeout(() => log.push(`${name} ${clock.now()}`), ms);
    await clock.advance(30);
    expect(log).toEqual(['a 10', 'b 20', 'c 20']);
    expect(clock.now()).toBe(30);
    expect(clock.pending).toBe(1);
  });

  test('what is cleared does not call back, and may be cleared again', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const handle = clock.setTimeout(() => log.push('cleared'), 10);
    clock.setTimeout(() => log.push('rung'), 10);
    clock.clearTimeout(handle);
    clock.clearTimeout(handle);
    await clock.advance(10);
    expect(log).toEqual(['rung']);
  });

  test('a callback that sets another is followed at once, and a delay of nothing takes a millisecond', async () => {
    const clock = new VirtualClock();
    const at: number[] = [];
    const again = () => {
      at.push(clock.now());
      clock.setTimeout(again, 0);
    };
    clock.setTimeout(again, 0);
    await clock.advance(3);
    expect(at).toEqual([1, 2, 3]);
  });

  test('goes on, one behind the other, where it is not awaited', async () => {
    const clock = new VirtualClock();
    clock.advance(5);
    clock.advance(5);
    await clock.advance(5);
    expect(clock.now()).toBe(15);
  });

  test('a callback that throws rejects that advance, and no later one', async () => {
    const clock = new VirtualClock();
    clock.setTimeout(() => {
      throw new Error('boom');
    }, 5);
    await expect(clock.advance(10)).rejects.toThrow('boom');
    await clock.advance(10);
    expect(clock.now()).toBe(15);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '5', undefined])('does not pass by %p', (ms) => {
    expect(() => new VirtualClock().advance(ms as number)).toThrow(expect.objectContaining({ code: 'VAQUERO_INVALID_TIMER' }));
  });

  test('rings what a sorted list would, whatever is set and cleared', async () => {
    const delay = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 100 }));
    const step = fc.record({
      delays: fc.array(delay, { maxLength: 20, size: 'max' }),
      clear: fc.array(fc.nat()),
      advance: fc.nat(20),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 10, size: 'max' }), async (steps) => {
        const clock = new VirtualClock();
        const rung: number[] = [];
        const expected: number[] = [];
        const handles: unknown[] = [];
        let waiting: { readonly id: number; readonly due: number }[] = [];
        for (const { delays, clear, advance } of steps) {
          for (const ms of delays) {
            const id = handles.length;
            handles.push(clock.setTimeout(() => rung.push(id), ms));
            waiting.push({ id, due: clock.now() + ms });
          }
          for (const any of clear.filter(() => handles.length > 0)) {
            const victim = any % handles.length;
            clock.clearTimeout(handles[victim]);
            waiting = waiting.filter(({ id }) => id !== victim);
          }
          await clock.advance(advance);
          const due = waiting.filter((one) => one.due <= clock.now()).sort((a, b) => a.due - b.due || a.id - b.id);
          expected.push(...due.map(({ id }) => id));
          waiting = waiting.filter((one) => one.due > clock.now());
        }
        expect(rung).toEqual(expected);
        expect(clock.pending).toBe(waiting.length);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the clock of a connection', () => {
  @WebSocketHandler('/')
  class Timed {
    pongs = 0;

    constructor(private readonly connection: Connection) {}

    @OnInit() init() {
      this.connection.startTimer(MINUTE, 1);
    }

    @OnText() text(message: string, connection: Connection): Reply {
      connection.sendAfter(Number(message), `after ${message}`);
    }

    @OnPong() pong() {
      this.pongs++;
    }

    @OnInfo() async tick({ message }: Timeout<number>) {
      await null;
      this.connection.startTimer(MINUTE, message + 1);
      for (let i = 0; i < 100; i++) await Promise.resolve();
      return `tick ${message}`;
    }

    @OnInfo() info(info: string) {
      return info;
    }
  }

  test('rings timers, and what async callbacks reply to them is there', async () => {
    const clock = new VirtualClock();
    const chat = await mount(Timed, { clock, defaults: { idleTimeout: Number.POSITIVE_INFINITY } });
    await clock.advance(MINUTE - 1);
    expect(chat.frames).toEqual([]);
    await clock.advance(1);
    expect(chat.frames).toEqual([{ type: 'text', payload: 'tick 1' }]);
    await clock.advance(59 * MINUTE);
    expect(chat.frames).toHaveLength(60);
    expect(chat.frames.at(-1)).toEqual({ type: 'text', payload: 'tick 60' });
  });

  test('follows a chain of messages to its end', async () => {
    class Volley {
      constructor(
        readonly from: Ref,
        readonly left: number,
      ) {}
    }

    @WebSocketHandler('/')
    class Player {
      constructor(
        private readonly connection: Connection,
        private readonly bus: Bus,
      ) {}

      @OnInfo() volley({ from, left }: Volley) {
        if (left === 0) return 'over';
        this.bus.send(from, new Volley(this.connection.ref, left - 1));
      }
    }
    const clock = new VirtualClock();
    const [ann, bob] = [await mount(Player, { clock }), await mount(Player, { clock })];
    ann.bus.send(ann.ref, new Volley(bob.ref, 10_000));
    await clock.advance(0);
    expect(ann.frames).toEqual([{ type: 'text', payload: 'over' }]);
  });

  test('passes only when what was sent before is handled', async () => {
    const clock = new VirtualClock();
    const chat = await mount(Timed, { clock });
    chat.send('10');
    await clock.advance(10);
    expect(chat.frames).toEqual([{ type: 'text', payload: 'after 10' }]);
  });

  test('a client that answers heartbeats stays for a day', async () => {
    const clock = new VirtualClock();
    const chat = await mount(Timed, { clock });
    await clock.advance(DAY);
    const pings = chat.frames.filter(({ type }) => type === 'ping').length;
    expect(pings).toBe(DAY / 36_000);
    expect(chat.handler.pongs).toBe(pings);
    expect(chat.frames.length - pings).toBe(24 * 60);
  });

  test('a day of heartbeats costs a turn of the event loop for each moment at which something is due', async () => {
    @WebSocketHandler('/')
    class Quiet {
      @OnText() text() {}
    }
    const moments = new Set<number>();
    class Watched extends VirtualClock {
      override setTimeout(callback: () => void, ms: number): unknown {
        return super.setTimeout(() => {
          moments.add(this.now());
          callback();
        }, ms);
      }
    }
    const clock = new Watched();
    const chats = [await mount(Quiet, { clock }), await mount(Quiet, { clock }), await mount(Quiet, { clock })];
    let turns = 0;
    let turn = setImmediate(function again() {
      turns++;
      turn = setImmediate(again);
    });
    await clock.advance(DAY);
    clearImmediate(turn);
    for (const { frames } of chats) expect(frames).toHaveLength(DAY / 36_000);
    // Each tenth of the idle timeout, however many connections there are.
    expect(moments.size).toBe(DAY / 6_000);
    expect(turns).toBeLessThan(1.1 * moments.size);
  });

  test('a client that is dead is gone after the idle timeout', async () => {
    const clock = new VirtualClock();
    const chat = await mount(Timed, { clock, pongs: false });
    await clock.advance(66_000);
    expect(await chat.terminated).toEqual({ type: 'timeout' });
    expect(chat.frames.map(({ type }) => type)).toEqual(['ping', 'text', 'close']);
    expect(clock.pending).toBe(0);
  });

  test('rate limits go by it', async () => {
    const clock = new VirtualClock();
    const defaults = { rateLimit: { messages: 1, per: 1_000, policy: 'pause' } } as const;
    const chat = await mount(Timed, { clock, defaults });
    for (let i = 1; i <= 3; i++) chat.send('1');
    await clock.advance(1);
    expect(chat.frames).toHaveLength(1);
    await clock.advance(2_001);
    expect(chat.frames).toHaveLength(3);
  });
});
