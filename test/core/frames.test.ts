import { describe, expect, test } from '@jest/globals';
import {
  accept,
  active,
  binary,
  type Connection,
  close,
  deflate,
  Info,
  json,
  latest,
  OnInfo,
  OnTerminate,
  OnText,
  ping,
  pong,
  type RuntimeOptions,
  reject,
  setOptions,
  stop,
  type TerminateReason,
  text,
  VaqueroError,
  type VaqueroErrorCode,
  WebSocketHandler,
} from 'vaquero';
import { Events } from '../support/events.js';
import { RawClient } from '../support/raw-client.js';
import { start } from '../support/servers.js';

/** Frames, commands and answers that cannot be are refused where they are made. */

/** What a function throws, which must be an error of this code. */
function thrown(code: VaqueroErrorCode, make: () => unknown): VaqueroError {
  try {
    make();
  } catch (error) {
    if (VaqueroError.is(error, code)) return error;
    throw error;
  }
  throw new Error(`expected ${code}, and nothing was thrown`);
}

const invalid = (make: () => unknown) => thrown('VAQUERO_INVALID_FRAME', make).message;
const loose = (make: unknown) => make as (...given: unknown[]) => unknown;

describe('close()', () => {
  const GOOD = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
  test.each(GOOD)('may say %d', (code) => {
    expect(close(code)).toMatchObject({ code, reason: '' });
  });

  const BAD = [-1, 0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1999, 2000, 2999, 5000, 65_536, 1000.5, Number.NaN, '1000', null, {}];
  test.each(BAD)('may not say %p', (code) => {
    expect(invalid(() => loose(close)(code))).toMatch(/^close\(\) takes a code of 1000-1003, 1007-1014 or 3000-4999, got .+\.$/);
  });

  test('gives a reason of up to 123 bytes, not characters', () => {
    expect(close(1000, 'x'.repeat(123))).toMatchObject({ reason: 'x'.repeat(123) });
    expect(close(1000, `${'ü'.repeat(61)}x`)).toMatchObject({ code: 1000 });
    for (const reason of ['x'.repeat(124), 'ü'.repeat(62), 7, null, Buffer.from('x')])
      expect(invalid(() => loose(close)(1000, reason))).toContain('close() takes a reason of at most 123 bytes of UTF-8, got ');
  });

  test('and stop() are 1000 without a reason', () => {
    expect(close()).toMatchObject({ code: 1000, reason: '' });
    expect(stop()).toMatchObject({ code: 1000, reason: '' });
  });
});

describe.each([
  ['ping', ping],
  ['pong', pong],
])('%s()', (name, make) => {
  test('carries up to 125 bytes, not characters', () => {
    for (const payload of ['', 'x'.repeat(125), 'ü'.repeat(62), Buffer.alloc(125), new Uint8Array(125), new ArrayBuffer(125)])
      expect(make(payload)).toMatchObject({ type: name });
    for (const payload of ['x'.repeat(126), 'ü'.repeat(63), Buffer.alloc(126), new Uint8Array(126), new ArrayBuffer(126)])
      expect(invalid(() => make(payload))).toBe(`${name}() takes at most 125 bytes, got the string "126 bytes".`);
  });

  test.each([1, null, true, {}, ['x'], new Uint16Array(1)])('carries nothing like %p', (payload) => {
    expect(invalid(() => loose(make)(payload))).toContain(`${name}() takes a string or bytes, got `);
  });
});

describe('data frames', () => {
  test.each([1, undefined, null, true, {}, Buffer.from('x'), new String('x')])('text() does not take %p', (payload) => {
    expect(invalid(() => loose(text)(payload))).toContain('text() takes a string, got ');
  });

  test.each(['x', undefined, null, 1, {}, [1, 2], new Uint16Array(2), new DataView(new ArrayBuffer(1))])(
    'binary() does not take %p',
    (payload) => {
      expect(invalid(() => loose(binary)(payload))).toContain('binary() takes a Uint8Array, a Buffer or an ArrayBuffer, got ');
    },
  );

  test('binary() takes what a view shows, and no more', () => {
    const { payload } = binary(new Uint8Array(Uint8Array.of(1, 2, 3, 4).buffer, 1, 2));
    expect(payload).toEqual(Buffer.of(2, 3));
  });

  test.each([null, 0, '', false, [], {}, { a: undefined }, { toJSON: () => 7 }])('json() takes %p', (value) => {
    expect(json(value).payload).toBe(JSON.stringify(value));
  });

  test.each([undefined, () => 1, Symbol('x'), { toJSON: () => undefined }])('json() does not take %p', (value) => {
    expect(invalid(() => json(value))).toContain('json() takes a value that JSON can say, got ');
  });

  test('json() says why it cannot', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    for (const value of [cyclic, { big: 1n }]) {
      const error = thrown('VAQUERO_INVALID_FRAME', () => json(value));
      expect(error.cause).toBeInstanceOf(TypeError);
      expect(error.message).toContain('json() cannot encode a plain object with keys [');
    }
  });
});

test.each([0, 1, 'true', null, undefined])('active() and deflate() take true or false, not %p', (on) => {
  for (const make of [active, deflate])
    expect(thrown('VAQUERO_INVALID_OPTION', () => loose(make)(on)).message).toContain(`${make.name}() takes true or false, got `);
});

test.each([undefined, null, 'symbol', {}])('latest() takes a function, not %p', (key) => {
  expect(thrown('VAQUERO_INVALID_OPTION', () => loose(latest)(key)).message).toContain('latest() takes a function, got ');
});

describe('answers to a request for an upgrade', () => {
  const refused = (make: () => unknown) => thrown('VAQUERO_INVALID_UPGRADE_ANSWER', make).message;

  test('refuse with a status of 300 to 599', () => {
    for (const status of [300, 401, 599]) expect(reject(status)).toMatchObject({ status });
    for (const status of [299, 600, 101, 0, 401.5, Number.NaN, '401', undefined, null])
      expect(refused(() => loose(reject)(status))).toContain('reject() takes a status of 300 to 599, got ');
  });

  test.each([
    [
      'a line break in a value',
      { 'x-name': 'a\r\nset-cookie: b' },
      'The header "x-name" has a character that HTTP does not allow in it: "a\\r\\n',
    ],
    [
      'a line feed in a list',
      { 'set-cookie': ['a', 'b\nc'] },
      'The header "set-cookie" has a character that HTTP does not allow in it: "b\\nc".',
    ],
    ['a null byte', { 'x-name': 'a\0b' }, 'The header "x-name" has a character that HTTP does not allow in it: '],
    ['a letter beyond Latin-1', { 'x-name': '€' }, 'The header "x-name" has a character that HTTP does not allow in it: "€".'],
    ['a name with a space', { 'x name': 'a' }, 'HTTP allows no header with the name "x name".'],
    ['a name with a line break', { 'x\r\nname': 'a' }, 'HTTP allows no header with the name "x\\r\\nname".'],
    ['an empty name', { '': 'a' }, 'HTTP allows no header with the name "".'],
    ['a number', { 'x-name': 7 }, 'The header "x-name" must be a string or a list of them, got the number 7.'],
    ['a number in a list', { 'x-name': [7] }, 'The header "x-name" must be a string or a list of them, got the number 7.'],
    ['nothing', { 'x-name': undefined }, 'The header "x-name" must be a string or a list of them, got undefined.'],
    ['no object', 'x-name: a', 'Headers are an object of strings, got the string "x-name: a".'],
    ['null', null, 'Headers are an object of strings, got null.'],
    [
      'a Headers',
      new Headers({ 'x-name': 'a' }),
      'Headers are an object of strings, got an instance of Headers. Of a Headers or a Map: Object.fromEntries(headers).',
    ],
    ['a list', [['x-name', 'a']], 'Headers are an object of strings, got an instance of Array.'],
  ])('have no headers with %s', (_, headers, saying) => {
    expect(refused(() => loose(accept)({ headers }))).toContain(`accept(): ${saying}`);
    expect(refused(() => loose(reject)(401, { headers }))).toContain(`reject(401): ${saying}`);
  });

  test('have no other options', () => {
    expect(refused(() => loose(reject)(403, 'go away'))).toBe(
      'reject(403): options must be an object, got the string "go away". A text is one of its options: body, headers.',
    );
    expect(refused(() => loose(reject)(403, { body: 7 }))).toBe('reject(403): option body must be a string, got the number 7.');
    expect(refused(() => loose(accept)(null))).toBe('accept(): options must be an object, got null.');
    expect(refused(() => loose(accept)({ subProtocol: 'a' }))).toBe(
      'accept(): unknown option subProtocol; there are subprotocol, headers.',
    );
  });

  test('have headers of one line or several', () => {
    const headers = { 'x-name': 'a\tü', 'set-cookie': ['a=1', 'b=2'] };
    expect(accept({ headers }).options).toEqual({ headers });
    expect(reject(302, { headers }).options).toEqual({ headers });
  });
});

describe('decorators', () => {
  const refused = (make: () => unknown) => thrown('VAQUERO_INVALID_DECORATOR', make).message;

  test.each(['', null, 7, {}, true])('@OnInfo does not take %p', (matcher) => {
    expect(refused(() => loose(OnInfo)(matcher))).toContain('@OnInfo takes a class, a tag, a predicate or nothing, got ');
  });

  test.each(['', undefined, null, 7, () => 'name'])('@Info does not take %p', (name) => {
    expect(refused(() => loose(Info)(name))).toContain('@Info takes a name, got ');
  });

  test.each([
    ['Map', class extends Map {}],
    ['Set', class extends Set {}],
    ['Date', class extends Date {}],
    ['Array', class extends Array {}],
    ['Uint8Array', class extends Uint8Array {}],
    ['Uint8Array', class extends Buffer {}],
    ['ArrayBuffer', class extends ArrayBuffer {}],
    ['Promise', class extends Promise<void> {}],
    ['Function', class extends Function {}],
    ['String', class extends String {}],
    ['AggregateError', class extends AggregateError {}],
    ['Map', class extends class extends Map {} {}],
    ['Map', Map],
  ])('@Info is not on a class whose base is %s, for what that holds would not arrive', (base, target) => {
    expect(refused(() => Info('frames.closed')(target))).toMatch(
      new RegExp(`^@Info cannot be on .*: what its base ${base} holds .* Keep it in a field`),
    );
  });

  test('@Info is on a class whose base is another, nothing, or an error', () => {
    class Base {}
    abstract class Derived extends Base {}
    class Failed extends RangeError {}
    for (const target of [Base, Derived, Failed, class extends Failed {}]) Info(`frames.open.${target.name}`)(target);
  });

  test('@Info gives a name to one class, as often as you like', () => {
    class One {}
    class Other {}
    Info('frames.one')(One);
    Info('frames.one')(One);
    expect(thrown('VAQUERO_DUPLICATE_INFO_NAME', () => Info('frames.one')(Other)).message).toBe(
      "@Info('frames.one') is on One and on Other. Give each class a name of its own.",
    );
  });
});

describe('setOptions() while a connection lives', () => {
  const ends = new Events<TerminateReason>();
  let options: unknown;

  @WebSocketHandler('/set')
  class Sets {
    @OnText() text(_: string, _connection: Connection) {
      return [setOptions(options as RuntimeOptions), 'set'];
    }

    @OnTerminate() terminate(reason: TerminateReason) {
      ends.push(reason);
    }
  }

  const asked = async (given: unknown) => {
    options = given;
    const server = await start([Sets]);
    const client = await RawClient.open(server.url, '/set');
    client.text('x');
    return { server, client };
  };

  test.each([
    { idleTimeout: 1_000.5 },
    { idleTimeout: 2_147_483_647 },
    { idleTimeout: Number.POSITIVE_INFINITY },
    { maxFrameSize: 1 },
    { maxFrameSize: 2_147_483_647 },
    { idleTimeout: undefined },
    {},
  ])('takes %p', async (given) => {
    const { client } = await asked(given);
    expect(await client.nextText()).toBe('set');
    await client.close(1000);
    expect(await ends.next()).toMatchObject({ type: 'remote' });
  });

  test.each([
    [
      { idleTimeout: 0.999 },
      'option idleTimeout must be a number of milliseconds from 1 to 2147483647, or Infinity, got the number',
    ],
    [{ idleTimeout: 2_147_483_648 }, 'option idleTimeout must be'],
    [{ idleTimeout: '5' }, 'option idleTimeout must be'],
    [{ maxFrameSize: 0 }, 'option maxFrameSize must be an integer from 1 to 2147483647 bytes, got the number 0'],
    [{ maxFrameSize: 2_147_483_648 }, 'option maxFrameSize must be'],
    [{ maxFrameSize: 1.5 }, 'option maxFrameSize must be'],
    [{ compress: true }, 'unknown option compress; there are idleTimeout, maxFrameSize'],
    [undefined, 'options must be an object, got undefined'],
    [null, 'options must be an object, got null'],
    ['fast', 'options must be an object, got the string "fast"'],
  ])('is a crash with %p', async (given, saying) => {
    const { server, client } = await asked(given);
    expect(await client.closed).toMatchObject({ code: 1011 });
    expect(await ends.next()).toMatchObject({ type: 'crash', error: { code: 'VAQUERO_INVALID_OPTION' } });
    expect(server.errors.map(({ error }) => error.message)).toEqual([
      expect.stringContaining(`Sets.text: setOptions: ${saying}`),
    ]);
  });
});
