import { describe, expect, test } from '@jest/globals';
import {
  answer,
  Bus,
  Connection,
  close,
  type HandlerOptions,
  json,
  OnInfo,
  OnInit,
  OnText,
  type Ref,
  type Reply,
  text,
  WebSocketHandler,
} from 'vaquero';
import type { Request } from '../../../src/core/request.js';
import { DOORS, type House, type Visitor } from '../../support/doors.js';
import { Events } from '../../support/events.js';

/** A question, and what is done about it. */
class Question {
  constructor(readonly reply: (connection: Connection) => Reply) {}
}

describe.each(DOORS)('$name', (door) => {
  /** A server with one connection that does what it is asked. */
  async function asked(options: HandlerOptions = {}): Promise<{ server: House; client: Visitor; ref: Ref }> {
    const refs = new Events<Ref>();

    @WebSocketHandler('/', options)
    class Answering {
      @OnInit() init(connection: Connection) {
        refs.push(connection.ref);
      }

      @OnText() text(message: string) {
        return message;
      }

      @OnInfo(Question) question({ reply }: Question, connection: Connection) {
        return reply(connection);
      }
    }

    const server = await door.open([Answering]);
    const client = await server.visit('/');
    return { server, client, ref: await refs.next() };
  }

  const ask = <T>({ server, ref }: { server: House; ref: Ref }, reply: (connection: Connection) => Reply, timeout = 60_000) =>
    server.bus.request<T>(ref, new Question(reply), { timeout });

  const code = (name: string) => expect.objectContaining({ code: name });

  describe('a request', () => {
    test.each<[string, (connection: Connection) => Reply]>([
      ['returns it', () => answer(7)],
      ['promises it', async () => answer(7)],
      ['has it in a list', () => ['before', answer(7), 'after']],
      ['has it in a promise in a list', () => [Promise.resolve(answer(7))]],
      [
        'yields it',
        function* () {
          yield 'before';
          yield answer(7);
        },
      ],
      [
        'yields it asynchronously',
        async function* () {
          yield 'before';
          yield answer(7);
        },
      ],
      ['sends it', (connection) => connection.send(answer(7))],
      ['answers twice, of which the first counts', () => [answer(7), answer(8)]],
      ['answers and closes', () => [answer(7), close(4000)]],
      ['answers, and crashes then', () => [answer(7), Promise.reject(new Error('later'))]],
    ])('is answered by a callback that %s', async (_name, reply) => {
      await expect(ask(await asked(), reply)).resolves.toBe(7);
    });

    test('resolves to whatever the answer is, by reference where both are in one process', async () => {
      const value = { any: new Map([[1, 2]]) };
      expect(await ask(await asked(), () => answer(value))).toBe(value);
      expect(await ask(await asked(), () => answer(undefined))).toBeUndefined();
    });

    test('waits for its turn like any info, and what the callback sends is sent', async () => {
      const one = await asked();
      let release = () => {};
      const first = ask(
        one,
        () =>
          new Promise((resolve) => {
            release = () => resolve([text('first'), answer(1)]);
          }),
      );
      const second = ask(one, () => [text('second'), answer(2)]);
      one.client.text('third');
      one.client.text('fourth');
      // Both messages are in the mailbox when what is before them is let go.
      await one.client.arrived();
      release();
      expect(await Promise.all([first, second])).toEqual([1, 2]);
      for (const expected of ['first', 'second', 'third', 'fourth']) expect(await one.client.nextText()).toBe(expected);
    });

    test('to a callback that throws rejects, and that connection alone ends', async () => {
      const one = await asked();
      const request = ask(one, () => {
        throw new Error('no');
      });
      await expect(request).rejects.toEqual(code('VAQUERO_REQUEST_CRASHED'));
      expect(await one.client.closed).toMatchObject({ code: 1011 });
    });

    test('to a callback that rejects rejects', async () => {
      await expect(
        ask(await asked(), async () => {
          throw new Error('no');
        }),
      ).rejects.toEqual(code('VAQUERO_REQUEST_CRASHED'));
    });

    test.each<[string, (connection: Connection) => Reply]>([
      ['returns nothing', () => undefined],
      ['replies only', () => 'a reply'],
      ['promises nothing', async () => undefined],
    ])('to a callback that %s rejects as unanswered', async (_name, reply) => {
      await expect(ask(await asked(), reply)).rejects.toEqual(code('VAQUERO_REQUEST_UNANSWERED'));
    });

    test('that no clause takes rejects as unanswered, and is counted as ignored', async () => {
      const { server, ref } = await asked();
      await expect(server.bus.request(ref, 'what?', { timeout: 60_000 })).rejects.toEqual(code('VAQUERO_REQUEST_UNANSWERED'));
      expect(server.counters.ignored).toBe(1);
    });

    test('to a callback that closes the connection first rejects', async () => {
      await expect(ask(await asked(), () => [close(4000), answer(1)])).rejects.toEqual(code('VAQUERO_NO_CONNECTION'));
    });

    test('that waits when its connection ends rejects', async () => {
      const one = await asked();
      const entered = new Events<void>();
      let release = () => {};
      const first = ask(one, () => {
        entered.push();
        return new Promise((resolve) => {
          release = () => resolve(answer(1));
        });
      });
      const waiting = ask(one, () => answer(2));
      await entered.next();
      const server = one.server.close();
      await expect(waiting).rejects.toEqual(code('VAQUERO_NO_CONNECTION'));
      release();
      await expect(first).rejects.toEqual(code('VAQUERO_NO_CONNECTION'));
      await server;
    });

    test('is refused where as much waits as mailbox.limit allows, whatever the policy, and no sooner', async () => {
      const one = await asked({ mailbox: { limit: 2, policy: 'drop-oldest' } });
      const entered = new Events<void>();
      let release = () => {};
      const running = ask(one, () => {
        entered.push();
        return new Promise((resolve) => {
          release = () => resolve(answer('ran'));
        });
      });
      await entered.next();
      const waiting = [ask(one, () => answer(1)), ask(one, () => answer(2))];
      await expect(ask(one, () => answer(3))).rejects.toEqual(code('VAQUERO_REQUEST_REFUSED'));
      // What may be dropped is not what somebody waits for.
      for (let i = 0; i < 5; i++) one.server.bus.send(one.ref, new Question(() => json(i)));
      release();
      expect(await Promise.all([running, ...waiting])).toEqual(['ran', 1, 2]);
    });

    test('that takes too long rejects, is handled all the same, and its answer counts for nothing', async () => {
      const one = await asked();
      let release = () => {};
      const late = ask(
        one,
        () =>
          new Promise((resolve) => {
            release = () => resolve([answer('late'), text('handled')]);
          }),
        20,
      );
      await expect(late).rejects.toEqual(code('VAQUERO_REQUEST_TIMEOUT'));
      release();
      expect(await one.client.nextText()).toBe('handled');
      await expect(ask(one, () => answer('next'))).resolves.toBe('next');
    });

    test('of a predicate that throws rejects as crashed', async () => {
      const refs = new Events<Ref>();

      @WebSocketHandler('/')
      class Choosy {
        @OnInit() init(connection: Connection) {
          refs.push(connection.ref);
        }

        @OnInfo((): boolean => {
          throw new Error('cannot say');
        })
        any() {}
      }
      const server = await door.open([Choosy]);
      await server.visit('/');
      await expect(server.bus.request(await refs.next(), 1)).rejects.toEqual(code('VAQUERO_REQUEST_CRASHED'));
    });
  });

  test('an answer where nobody asked is ignored and counted', async () => {
    const { server, client, ref } = await asked();
    server.bus.send(ref, new Question(() => [answer(1), 'said']));
    expect(await client.next()).toEqual({ type: 'text', payload: 'said' });
    expect(server.counters.ignored).toBe(1);
    expect(server.errors).toEqual([]);
  });
});

test('a request that was answered too late makes room for one more, and not for two', async () => {
  const bus = new Bus({ maxRequests: 1 });
  const requests: Request[] = [];
  const ref = bus.register({ deliver: () => undefined, ask: (request) => void requests.push(request) });
  await expect(bus.request(ref, 1, { timeout: 1 })).rejects.toMatchObject({ code: 'VAQUERO_REQUEST_TIMEOUT' });
  requests[0]?.answer('late');
  const next = bus.request(ref, 2);
  await expect(bus.request(ref, 3)).rejects.toMatchObject({ code: 'VAQUERO_LIMIT_EXCEEDED' });
  requests[1]?.answer('in time');
  await expect(next).resolves.toBe('in time');
});
