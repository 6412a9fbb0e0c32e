import { describe, expect, test } from '@jest/globals';
import { Connection, OnTerminate, OnText, type TerminateReason, WebSocketHandler } from 'vaquero';
import { VirtualClock } from 'vaquero/testing';
import { DOORS } from '../../support/doors.js';
import { Events } from '../../support/events.js';

describe.each(DOORS)('$name', (door) => {
  test("'pause': who leaves while a callback runs forfeits what is not due when it is done", async () => {
    const begun = new Events<Connection>();
    const ended = new Events<TerminateReason>();
    let release: () => void = () => undefined;

    @WebSocketHandler('/', { rateLimit: { messages: 1, per: 1_000, burst: 2, policy: 'pause' } })
    class Slow {
      @OnText() async text(_message: string, connection: Connection) {
        begun.push(connection);
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }

      @OnTerminate() terminate(reason: TerminateReason) {
        ended.push(reason);
      }
    }
    const server = await door.open([Slow], { clock: new VirtualClock() });
    const client = await server.visit('/');
    client.send(...Array.from({ length: 20 }, (_, i) => String(i)));
    const { signal } = await begun.next();
    const left = new Promise((resolve) => signal.addEventListener('abort', resolve));
    const closed = client.close(4000, 'bye');
    await left;
    release();
    await begun.next();
    release();
    expect(await ended.next()).toEqual({ type: 'remote', code: 4000, payload: 'bye' });
    expect((await closed).code).toBe(4000);
    expect(begun.all).toHaveLength(2);
    expect(server.counters.discarded).toBe(19);
  });
});
