import { describe, expect, test } from '@jest/globals';
import { active, deflate, type Reply, setOptions, shutdownReason, stop } from 'vaquero';
import { VirtualClock } from 'vaquero/testing';
import { Events } from '../../support/events.js';
import { frame, Op, RawClient } from '../../support/raw-client.js';
import { start, type TestServer } from '../../support/servers.js';
import { CALLBACKS, Do, Probe, setScene, WAYS } from './callbacks.js';

/** Every callback × every command that shows only later × every way of giving it, over a socket. */

interface Stage {
  readonly server: TestServer;
  readonly client: RawClient;
  readonly clock: VirtualClock;
  readonly name: keyof typeof CALLBACKS;
}

const DEFLATE = { 'Sec-WebSocket-Extensions': 'permessage-deflate' };

const COMMANDS: Record<string, readonly [reply: () => Reply, effect: (stage: Stage) => Promise<void>]> = {
  'active(false) leaves the client unheard, until active(true)': [
    () => active(false),
    async ({ server, client, name }) => {
      const { called } = setScene(() => 'heard');
      const { call, answer } = CALLBACKS[name === 'init' || name === 'info' ? 'text' : name];
      call(client, server);
      client.write(frame(Op.ping, 'alive'));
      expect(payloads(await client.upTo('alive'))).toEqual(answer === undefined ? [] : ['go']);
      server.bus.publish('all', new Probe());
      expect(await client.nextText()).toBe('probed');
      expect(called.all).toEqual([]);
      server.bus.publish('all', new Do(() => [active(true), 'again']));
      expect(await client.nextText()).toBe('again');
      expect(await client.nextText()).toBe('heard');
    },
  ],
  'setOptions({ maxFrameSize }) bounds the next message': [
    () => setOptions({ maxFrameSize: 7 }),
    async ({ client }) => {
      client.write(frame(Op.pong, '7 bytes'), frame(Op.text, '7 bytes'), frame(Op.text, '8 bytes.'));
      expect(await client.closed).toEqual({ code: 1009, reason: '' });
    },
  ],
  'setOptions({ idleTimeout }) counts anew': [
    () => setOptions({ idleTimeout: 1_000 }),
    async ({ client, clock }) => {
      await clock.advance(1_000);
      expect((await client.next()).opcode).toBe(Op.ping);
      await clock.advance(101);
      expect(await client.closed).toEqual({ code: 1000, reason: '' });
    },
  ],
  'deflate(false) sends flat, until deflate(true)': [
    () => [deflate(false), 'flat'],
    async ({ server, client }) => {
      expect(await client.next()).toMatchObject({ rsv1: false, payload: Buffer.from('flat') });
      server.bus.publish('all', new Do(() => [deflate(true), 'deflated']));
      expect((await client.next()).rsv1).toBe(true);
    },
  ],
  'shutdownReason() is what monitors are told': [
    () => shutdownReason({ because: 'tired' }),
    async ({ server }) => {
      const downs = new Events<unknown>();
      server.bus.publish('all', new Do(({ ref }) => void server.bus.monitor(ref, { deliver: (down) => downs.push(down) })));
      server.bus.publish('all', new Do(() => stop()));
      expect(await downs.next()).toMatchObject({ reason: { because: 'tired' } });
    },
  ],
};

function payloads(frames: readonly { payload: Buffer }[]): string[] {
  return frames.map(({ payload }) => payload.toString());
}

describe.each(Object.entries(CALLBACKS))('from the callback for %s', (name, { handler, call, answer }) => {
  describe.each(Object.entries(WAYS))('%s', (_way, give) => {
    test.each(Object.entries(COMMANDS))('%s', async (command, [reply, effect]) => {
      const { called } = setScene(() => give(reply));
      const clock = new VirtualClock();
      const server = await start([handler], { clock });
      const client = await RawClient.open(server.url, `/${name}`, { headers: command.startsWith('deflate') ? DEFLATE : {} });
      expect((await client.next()).opcode).toBe(Op.text);
      call(client, server);
      await called.next();
      if (answer !== undefined) expect((await client.next()).payload.toString()).toBe('go');
      await done(server);
      await effect({ server, client, clock, name: name as keyof typeof CALLBACKS });
    });
  });
});

/** The callback's reply has been applied when a later info is handled. */
function done(server: TestServer): Promise<void> {
  return new Promise((resolve) => server.bus.publish('all', new Do(() => resolve())));
}
