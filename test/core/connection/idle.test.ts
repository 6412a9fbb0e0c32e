import { describe, expect, test } from '@jest/globals';
import {
  active,
  Connection,
  type HandlerOptions,
  OnInfo,
  OnInit,
  OnTerminate,
  OnText,
  ping,
  pong,
  setOptions,
  type TerminateReason,
  WebSocketHandler,
} from 'vaquero';
import { VirtualClock } from 'vaquero/testing';
import { DOORS, type Door, type Visitor } from '../../support/doors.js';
import { Events, settled } from '../../support/events.js';
import { echo } from '../../support/probe-handler.js';
import { frame, Op, RawClient } from '../../support/raw-client.js';
import { start } from '../../support/servers.js';

/** Idle time and heartbeats, by a clock that the test moves. A timeout is counted in ten ticks: late by one at most, never early. */

async function open(door: Door, options: HandlerOptions) {
  const ended = new Events<TerminateReason>();

  @WebSocketHandler('/', options)
  class Handler {
    @OnInit() init(connection: Connection) {
      connection.subscribe('all');
      return 'ready';
    }

    @OnText() text(message: string) {
      if (message === 'deaf') return [active(false), 'deaf'];
      const [ms] = /\d+|Infinity/.exec(message) ?? [];
      return ms === undefined ? message : [setOptions({ idleTimeout: Number(ms) }), 'set'];
    }

    @OnInfo() info(info: string) {
      return info === 'hear' ? [active(true), 'hearing'] : info;
    }

    @OnTerminate() terminate(reason: TerminateReason) {
      ended.push(reason);
    }
  }
  const clock = new VirtualClock();
  const server = await door.open([Handler], { clock });
  const client = await server.visit('/');
  await client.next();
  /** What was sent has been heard: its pong has come. */
  const heard = async () => {
    client.send(ping('heard?'));
    await client.upTo('heard?');
  };
  return { clock, server, client, ended, heard };
}

const CLIENT_SAYS: Record<string, (client: Visitor) => Promise<unknown>> = {
  'a text': async (client) => {
    client.text('hi');
    await client.nextText();
  },
  'a ping': async (client) => {
    client.send(ping('p'));
    await client.next();
  },
  'an empty pong that nothing takes': async (client) => {
    client.send(pong(), 'after');
    await client.nextText();
  },
  'a part of a frame': async (client) => {
    client.raw.write(frame(Op.text, 'partly').subarray(0, 3));
    await client.arrived();
  },
};

describe.each(DOORS)('$name', (door) => {
  describe('idleTimeout', () => {
    test('ends a connection whose client is silent, with 1000 and timeout', async () => {
      const { clock, client, ended } = await open(door, { idleTimeout: 10_000, heartbeat: false });
      await clock.advance(10_000);
      await settled();
      expect(ended.all).toEqual([]);
      await clock.advance(1_000);
      expect(await ended.next()).toEqual({ type: 'timeout' });
      expect(await client.closed).toEqual({ code: 1000, reason: '' });
    });

    test('is 60 seconds unless something is said', async () => {
      const { clock, ended } = await open(door, { heartbeat: false });
      await clock.advance(60_000);
      await settled();
      expect(ended.all).toEqual([]);
      await clock.advance(6_000);
      expect(await ended.next()).toEqual({ type: 'timeout' });
    });

    const said = Object.entries(CLIENT_SAYS).filter(([what]) => door.name === 'over the wire' || what !== 'a part of a frame');

    test.each(said)('is reset by %s', async (_what, say) => {
      const { clock, client, ended } = await open(door, { idleTimeout: 10_000, heartbeat: false });
      await clock.advance(9_999);
      await say(client);
      await clock.advance(10_000);
      await settled();
      expect(ended.all).toEqual([]);
      await clock.advance(1_001);
      expect(await ended.next()).toEqual({ type: 'timeout' });
    });

    test('is not reset by infos or what is sent', async () => {
      const { clock, server, client, ended } = await open(door, { idleTimeout: 10_000, heartbeat: false });
      for (let i = 0; i < 10; i++) {
        await clock.advance(1_000);
        server.bus.publish('all', `info ${i}`);
        await client.nextText();
      }
      await clock.advance(1_000);
      expect(await ended.next()).toEqual({ type: 'timeout' });
    });

    test('Infinity waits for ever, and costs no timer', async () => {
      const { clock, client } = await open(door, { idleTimeout: Number.POSITIVE_INFINITY });
      expect(clock.pending).toBe(0);
      await clock.advance(1e12);
      client.text('still here');
      expect(await client.nextText()).toBe('still here');
    });

    test('is changed by setOptions in mid-life, from then on', async () => {
      const { clock, client, ended } = await open(door, { idleTimeout: 10_000, heartbeat: false });
      client.text('set 1000');
      await client.nextText();
      await clock.advance(1_000);
      await settled();
      expect(ended.all).toEqual([]);
      await clock.advance(100);
      expect(await ended.next()).toEqual({ type: 'timeout' });
    });

    test('setOptions({ idleTimeout: Infinity }) lifts it', async () => {
      const { clock, client } = await open(door, { idleTimeout: 10_000, heartbeat: false });
      client.text('set Infinity');
      await client.nextText();
      await clock.advance(1e9);
      client.text('here');
      expect(await client.nextText()).toBe('here');
    });

    test('is suspended by active(false), and counts anew from active(true)', async () => {
      const { clock, server, client, ended } = await open(door, { idleTimeout: 10_000, heartbeat: false });
      client.text('deaf');
      await client.nextText();
      await clock.advance(1_000_000);
      server.bus.publish('all', 'info');
      expect(await client.nextText()).toBe('info');
      server.bus.publish('all', 'hear');
      expect(await client.nextText()).toBe('hearing');
      await clock.advance(10_000);
      await settled();
      expect(ended.all).toEqual([]);
      await clock.advance(1_001);
      expect(await ended.next()).toEqual({ type: 'timeout' });
    });
  });

  describe('heartbeat', () => {
    test('pings once half the timeout has passed in silence, and an answer keeps the connection', async () => {
      const { clock, client, heard, ended } = await open(door, { idleTimeout: 10_000 });
      for (let i = 0; i < 5; i++) {
        await clock.advance(5_000);
        await settled();
        expect(client.frames.filter(({ type }) => type === 'ping')).toHaveLength(i);
        await clock.advance(1_000);
        expect(await client.next()).toEqual({ type: 'ping', payload: Buffer.alloc(0) });
        client.send(pong());
        await heard();
      }
      expect(ended.all).toEqual([]);
    });

    test('does not ping a client that speaks', async () => {
      const { clock, client, heard } = await open(door, { idleTimeout: 10_000 });
      for (let i = 0; i < 10; i++) {
        await clock.advance(4_000);
        await heard();
      }
      expect(client.frames.filter(({ type }) => type === 'ping')).toHaveLength(0);
    });

    test('a client that does not answer is gone after the whole timeout', async () => {
      const { clock, client } = await open(door, { idleTimeout: 10_000 });
      await clock.advance(11_000);
      expect(await client.closed).toEqual({ code: 1000, reason: '' });
      expect(client.frames.map(({ type }) => type)).toEqual(['text', 'ping', 'close']);
    });
  });
});

test('one timer counts for all connections of a server', async () => {
  const clock = new VirtualClock();
  const server = await start([echo({ idleTimeout: 10_000 }).handler], { clock });
  for (let i = 0; i < 20; i++) await RawClient.open(server.url, '/');
  expect(clock.pending).toBe(1);
});
