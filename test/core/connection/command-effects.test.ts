import { describe, expect, test } from '@jest/globals';
import { active, deflate, ping, pong, type Reply, setOptions, shutdownReason, stop } from 'vaquero';
import { type ReceivedFrame, VirtualClock } from 'vaquero/testing';
import { DOORS, type House, payloadOf, type Visitor } from '../../support/doors.js';
import { Events } from '../../support/events.js';
import { CALLBACKS, Do, Probe, setScene, WAYS } from './callbacks.js';

/** Every callback × every command that shows only later × every way of giving it, over a socket and mounted. */

interface Stage {
  readonly house: House;
  readonly visitor: Visitor;
  readonly clock: VirtualClock;
  readonly name: keyof typeof CALLBACKS;
}

const DEFLATE = { 'Sec-WebSocket-Extensions': 'permessage-deflate' };

const COMMANDS: Record<string, readonly [reply: () => Reply, effect: (stage: Stage) => Promise<void>]> = {
  'active(false) leaves the client unheard, until active(true)': [
    () => active(false),
    async ({ house, visitor, name }) => {
      const { called } = setScene(() => 'heard');
      const { call, answer } = CALLBACKS[name === 'init' || name === 'info' ? 'text' : name];
      call(visitor, house);
      visitor.send(ping('alive'));
      expect(texts(await visitor.upTo('alive'))).toEqual(answer === undefined ? [] : ['go']);
      house.bus.publish('all', new Probe());
      expect(await visitor.nextText()).toBe('probed');
      expect(called.all).toEqual([]);
      house.bus.publish('all', new Do(() => [active(true), 'again']));
      expect(await visitor.nextText()).toBe('again');
      expect(await visitor.nextText()).toBe('heard');
    },
  ],
  'setOptions({ maxFrameSize }) bounds the next message': [
    () => setOptions({ maxFrameSize: 7 }),
    async ({ visitor }) => {
      visitor.send(pong('7 bytes'), '7 bytes', '8 bytes.');
      expect(await visitor.closed).toEqual({ code: 1009, reason: '' });
    },
  ],
  'setOptions({ idleTimeout }) counts anew': [
    () => setOptions({ idleTimeout: 1_000 }),
    async ({ visitor, clock }) => {
      await clock.advance(1_000);
      expect((await visitor.next()).type).toBe('ping');
      await clock.advance(101);
      expect(await visitor.closed).toEqual({ code: 1000, reason: '' });
    },
  ],
  'deflate(false) sends flat, until deflate(true)': [
    () => [deflate(false), 'flat'],
    async ({ house, visitor }) => {
      expect(await visitor.raw.next()).toMatchObject({ rsv1: false, payload: Buffer.from('flat') });
      house.bus.publish('all', new Do(() => [deflate(true), 'deflated']));
      expect((await visitor.raw.next()).rsv1).toBe(true);
    },
  ],
  'shutdownReason() is what monitors are told': [
    () => shutdownReason({ because: 'tired' }),
    async ({ house }) => {
      const downs = new Events<unknown>();
      house.bus.publish('all', new Do(({ ref }) => void house.bus.monitor(ref, { deliver: (down) => downs.push(down) })));
      house.bus.publish('all', new Do(() => stop()));
      expect(await downs.next()).toMatchObject({ reason: { because: 'tired' } });
    },
  ],
};

/** Commands that nothing but bytes shows. */
const ON_THE_WIRE = Object.keys(COMMANDS).filter((command) => command.startsWith('deflate'));

function texts(frames: readonly ReceivedFrame[]): string[] {
  return frames.map(payloadOf);
}

describe.each(DOORS)('$name', (door) => {
  const commands = Object.entries(COMMANDS).filter(
    ([command]) => door.name === 'over the wire' || !ON_THE_WIRE.includes(command),
  );

  describe.each(Object.entries(CALLBACKS))('from the callback for %s', (name, { handler, call, answer }) => {
    describe.each(Object.entries(WAYS))('%s', (_way, give) => {
      test.each(commands)('%s', async (command, [reply, effect]) => {
        const { called } = setScene(() => give(reply));
        const clock = new VirtualClock();
        const house = await door.open([handler], { clock });
        const visitor = await house.visit(`/${name}`, ON_THE_WIRE.includes(command) ? DEFLATE : {});
        expect((await visitor.next()).type).toBe('text');
        call(visitor, house);
        await called.next();
        if (answer !== undefined) expect(await visitor.nextText()).toBe('go');
        await done(house);
        await effect({ house, visitor, clock, name: name as keyof typeof CALLBACKS });
      });
    });
  });
});

/** The callback's reply has been applied when a later info is handled. */
function done(house: House): Promise<void> {
  return new Promise((resolve) => house.bus.publish('all', new Do(() => resolve())));
}
