import { describe, expect, test } from '@jest/globals';
import { Connection, Down, type HandlerOptions, OnInfo, OnInit, type Ref, WebSocketHandler } from 'vaquero';
import { VirtualClock } from 'vaquero/testing';
import { DOORS, type Door } from '../../support/doors.js';
import { Events } from '../../support/events.js';

/** What a connection asked for itself and has not handled yet counts in the limits of what it may ask for, over a socket and mounted. */

async function open(door: Door, options: HandlerOptions) {
  const begun = new Events<Connection>();
  let release: () => void = () => undefined;

  @WebSocketHandler('/', options)
  class Busy {
    @OnInit() async init(connection: Connection) {
      begun.push(connection);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    }

    @OnInfo() down({ ref }: Down) {
      return `down ${ref}`;
    }

    @OnInfo() info(info: string) {
      return info;
    }
  }
  const clock = new VirtualClock();
  const server = await door.open([Busy], { clock });
  const client = await server.visit('/');
  return { client, clock, connection: await begun.next(), release: () => release() };
}

const LIMIT = expect.objectContaining({ code: 'VAQUERO_LIMIT_EXCEEDED' });

describe.each(DOORS)('$name', (door) => {
  test('timers that have rung', async () => {
    const { client, clock, connection, release } = await open(door, { maxTimers: 2, maxSubscriptions: 0 });
    connection.sendAfter(0, 'first');
    connection.sendAfter(0, 'second');
    await clock.advance(1);
    expect(() => connection.sendAfter(0, 'third')).toThrow(LIMIT);
    release();
    expect([await client.nextText(), await client.nextText()]).toEqual(['first', 'second']);
    connection.sendAfter(0, 'third');
    await clock.advance(1);
    expect(await client.nextText()).toBe('third');
  });

  test('monitors of connections that were gone', async () => {
    const { client, connection, release } = await open(door, { maxTimers: 0, maxSubscriptions: 2 });
    connection.monitor('one' as Ref);
    connection.monitor('two' as Ref);
    expect(() => connection.monitor('three' as Ref)).toThrow(LIMIT);
    connection.subscribe('topics do not count as monitors');
    release();
    expect([await client.nextText(), await client.nextText()]).toEqual(['down one', 'down two']);
    connection.monitor('three' as Ref);
    expect(await client.nextText()).toBe('down three');
  });
});
