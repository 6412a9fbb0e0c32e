import { describe, expect, test } from '@jest/globals';
import { active, binary, close, deflate, json, ping, pong, type Reply, setOptions, shutdownReason, stop, text } from 'vaquero';
import { DOORS, seen } from '../../support/doors.js';
import { CALLBACKS, later, Probe, setScene, WAYS } from './callbacks.js';

/** Every callback × every reply and command × every way of giving it, over a socket and mounted. */

interface Expected {
  /** The frames that the client sees, in order. */
  readonly frames?: readonly string[];
  /** The close frame that ends it; the connection stays open without. */
  readonly closes?: { readonly code: number; readonly reason: string };
}

const open = (...frames: string[]): Expected => ({ frames });
const closes = (code: number, reason: string, ...frames: string[]): Expected => ({ frames, closes: { code, reason } });

/** One case each: the keys of an object cannot be there twice, and no two may expect the same. */
const REPLIES: Record<string, readonly [() => Reply, Expected]> = {
  nothing: [() => undefined, open()],
  'a string': [() => 'a string', open('text a string')],
  'the empty string': [() => '', open('text ')],
  'a Buffer': [() => Buffer.from('buffer'), open('binary buffer')],
  'a Uint8Array': [() => Uint8Array.of(1, 2), open('binary \x01\x02')],
  'an ArrayBuffer': [() => Uint8Array.of(3, 4, 5).buffer, open('binary \x03\x04\x05')],
  'text()': [() => text('grüße'), open('text grüße')],
  'binary()': [() => binary(Uint8Array.of(7)), open('binary \x07')],
  'json()': [() => json({ a: [1, null] }), open('text {"a":[1,null]}')],
  'ping()': [() => ping(), open('ping ')],
  'ping(payload)': [() => ping('are you there'), open('ping are you there')],
  'pong()': [() => pong(), open('pong ')],
  'pong(payload)': [() => pong(Uint8Array.of(9)), open('pong \x09')],
  'close()': [() => close(), closes(1000, '')],
  'close(code)': [() => close(4001), closes(4001, '')],
  'close(code, reason)': [() => close(4002, 'häßlich'), closes(4002, 'häßlich')],
  'stop() after a frame': [() => [text('last words'), stop()], closes(1000, '', 'text last words')],
  'active(false)': [() => [active(false), 'inactive'], open('text inactive')],
  'active(true)': [() => [active(false), active(true), 'active'], open('text active')],
  'deflate(false)': [() => [deflate(false), 'flat'], open('text flat')],
  'deflate(true)': [() => [deflate(true), 'deflated, were it negotiated'], open('text deflated, were it negotiated')],
  'setOptions()': [() => [setOptions({ idleTimeout: 70_000, maxFrameSize: 7 }), 'set'], open('text set')],
  'shutdownReason()': [() => [shutdownReason('tired'), 'said'], open('text said')],
  'a list': [() => ['1', Buffer.from('2'), ping('3')], open('text 1', 'binary 2', 'ping 3')],
  'the empty list': [() => [[], undefined, null, 'after nothing'], open('text after nothing')],
  'a list in lists': [() => [['a', ['b', [text('c')]]], 'd'], open('text a', 'text b', 'text c', 'text d')],
  'a list with a close frame in the middle': [() => ['before', close(4003, 'cut'), 'after'], closes(4003, 'cut', 'text before')],
  'a close frame deep in lists': [() => [['x', [stop(), 'y']], 'z'], closes(1000, '', 'text x')],
  'a promise in a list': [() => ['now', Promise.resolve('later'), 'at last'], open('text now', 'text later', 'text at last')],
  'a promise of a list': [() => Promise.resolve(['p', Promise.resolve(['q'])]), open('text p', 'text q')],
  'a generator in a list': [() => ['g0', numbers(2), 'g3'], open('text g0', 'text g1', 'text g2', 'text g3')],
  'an async generator in a list': [() => ['h0', slowNumbers(2), 'h3'], open('text h0', 'text h1', 'text h2', 'text h3')],
  'a close frame in a generator': [() => closing(), closes(4004, 'enough', 'text once')],
  'a Set': [() => new Set(['s1', 's2']), open('text s1', 'text s2')],
};

function* numbers(count: number): Generator<Reply> {
  for (let i = 1; i <= count; i++) yield `g${i}`;
}

async function* slowNumbers(count: number): AsyncGenerator<Reply> {
  for (let i = 1; i <= count; i++) yield await later(`h${i}`);
}

function* closing(): Generator<Reply> {
  yield 'once';
  yield close(4004, 'enough');
  yield 'never';
}

test('no case is there twice', () => {
  const cases = Object.values(REPLIES).map(([, expected]) => JSON.stringify(expected));
  expect(new Set(cases).size).toBe(cases.length);
});

describe.each(DOORS)('$name', (door) => {
  describe.each(Object.entries(CALLBACKS))('from the callback for %s', (name, { handler, call, answer }) => {
    describe.each(Object.entries(WAYS))('%s', (_way, give) => {
      test.each(Object.entries(REPLIES))('%s', async (_reply, [given, { frames = [], closes: ending }]) => {
        const { called, ended } = setScene(() => give(given));
        const house = await door.open([handler]);
        const visitor = await house.visit(`/${name}`);
        await visitor.upTo('ready');
        call(visitor, house);
        await called.next();
        const expected = answer === undefined ? frames : [answer, ...frames];
        if (ending === undefined) {
          // It waits in the mailbox until the callback is done, so what is not there before its answer does not come.
          house.bus.publish('all', new Probe());
          expect(seen(await visitor.upTo('probed'))).toEqual(expected);
          expect(ended.all).toEqual([]);
        } else {
          expect(await visitor.closed).toEqual(ending);
          expect(seen(visitor.frames.slice(1, -1))).toEqual(expected);
          expect(await ended.next()).toEqual({ type: 'stop' });
        }
        expect(house.errors).toEqual([]);
      });
    });
  });
});
