import { types } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { Encoder } from '@msgpack/msgpack';
import fc from 'fast-check';
import { answer, binary, close, Info, PresenceDiff, ping, pong, type Ref, setOptions, text } from 'vaquero';
import { decode, encode } from '../../../src/core/cluster/codec.js';
import { MAX_NESTING } from '../../../src/core/cluster/values.js';
import { wellFormed } from '../../../src/core/cluster/well-formed.js';

@Info('codec.Point')
class Point {
  #secret = 1;
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}

  set area(_: number) {
    throw new Error('a setter must not run');
  }

  get secret(): number {
    return this.#secret;
  }
}

class Sub extends Point {}

@Info('codec.PayFailed')
class PayFailed extends TypeError {
  override readonly name = 'PayFailed';
  #attempt = 1;
  constructor(
    message: string,
    readonly amount: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get attempt(): number {
    return this.#attempt;
  }
}

class Herd extends Map<string, number> {}

/** A value in so many arrays, objects and instances by turns. */
const nest = (depth: number, inner: unknown = 1): unknown => {
  if (depth === 0) return inner;
  const value = nest(depth - 1, inner);
  return [[value], { value }, new Point(1, value as number)][depth % 3];
};
const hasProto = (value: unknown) => JSON.parse(`{"__proto__":${JSON.stringify(value)},"a":1}`) as unknown;

const bytes = (...list: readonly number[]) => Buffer.from(list);
const pack = (value: unknown) => Buffer.from(new Encoder().encode(value));
/** An extension as a stranger could write it. */
const extension = (type: number, data: Uint8Array) => Buffer.concat([bytes(0xc9), size32(data.length), bytes(type & 0xff), data]);
const size32 = (size: number) => {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(size);
  return four;
};
const there = (value: unknown): unknown => decode(Buffer.from(encode(value)));

describe('what travels', () => {
  test('arrives as it was, whatever JSON can say', () => {
    fc.assert(
      fc.property(
        fc.jsonValue().filter((value) => !JSON.stringify(value).includes('"__proto__"')),
        (value) => {
          // As JSON would bring it: a negative zero is a zero there too.
          expect(there(value)).toEqual(JSON.parse(JSON.stringify(value)));
        },
      ),
    );
  });

  test('leaves out fields that are undefined, as JSON does', () => {
    expect(there({ a: undefined, b: 1 })).toStrictEqual({ b: 1 });
    expect(there([undefined])).toEqual([null]);
  });

  test('comes back as its class without its constructor or setters', () => {
    const point = there(Object.assign(new Point(1, 2)));
    expect(point).toBeInstanceOf(Point);
    expect(point).toMatchObject({ x: 1, y: 2 });
    const forged = decode(extension(1, pack(['codec.Point', { area: 5 }]))) as object;
    expect(Object.getOwnPropertyDescriptor(forged, 'area')?.value).toBe(5);
  });

  test('of an error with a name comes back with its message and fields, and as an error that is one', () => {
    const failed = there(new PayFailed('no money', 5, { cause: new Error('why') })) as PayFailed;
    expect(failed).toBeInstanceOf(PayFailed);
    expect([failed.name, failed.message, failed.amount]).toEqual(['PayFailed', 'no money', 5]);
    expect(Object.keys(failed).sort()).toEqual(['amount', 'name']);
    expect(types.isNativeError(failed)).toBe(true);
    // These do not travel, and it is said so.
    expect(failed.cause).toBeUndefined();
    expect(() => failed.attempt).toThrow(TypeError);
  });

  test('of an error with a name comes back from a node where it is none', () => {
    const failed = decode(extension(1, pack(['codec.PayFailed', { amount: 5 }]))) as PayFailed;
    expect([failed.message, failed.amount]).toEqual(['', 5]);
  });

  test('comes back though a field of it is called constructor', () => {
    const odd = Object.assign(new Point(1, 2), { constructor: 'a field' });
    expect(there(odd)).toEqual(odd);
    expect(there(odd)).toBeInstanceOf(Point);
  });

  test('may lie as deep as it may and not deeper, whatever it lies in and is', () => {
    for (const inner of [1, new Date(0), Buffer.of(1), new Error('x')]) {
      const [deepest, deeper] = [nest(MAX_NESTING, inner), nest(MAX_NESTING + 1, inner)];
      for (const around of [
        (value: unknown) => value,
        (value: unknown) => ['ref', value],
        (value: unknown) => ['ref', 'id', value],
      ]) {
        expect(decode(Buffer.from(encode(around(deepest), deepest)))).toEqual(around(deepest));
        expect(() => encode(around(deeper), deeper)).toThrow(/nested too deep/);
      }
    }
  });

  test('may lie as deep in the metas of a diff', () => {
    const diff = (meta: unknown) => new PresenceDiff('den', [], [{ ref: 'a.1' as Ref, meta }]);
    expect(there(diff(nest(MAX_NESTING)))).toEqual(diff(nest(MAX_NESTING)));
    expect(() => encode(diff(nest(MAX_NESTING + 1)))).toThrow(/nested too deep/);
  });

  test('may be as wide as it likes', () => {
    const wide = Array.from({ length: 1_000 }, (_, i) => ({ i: [new Point(i, i)] }));
    expect(there(wide)).toEqual(wide);
  });

  test('may have an error in it that holds itself in a field: fields of errors without a name do not travel', () => {
    const error = Object.assign(new Error('no'), { request: {} });
    error.request = [error];
    expect(there(Array.from({ length: 200 }, () => error))).toHaveLength(200);
  });
});

describe('what does not travel', () => {
  const circle: unknown[] = [];
  circle.push(circle);

  test.each([
    ['what contains itself', circle, /contains itself/],
    ['a class without a name', new (class Plain {})(), /Plain.*@Info/],
    ['a subclass without a name of its own', new Sub(1, 2), /Sub.*@Info/],
    ['a function', () => 1, /function/],
    ['a symbol', Symbol('s'), /symbol/],
    ['a bigint', 1n, /bigint/],
    ['a Map', new Map(), /Map/],
    ['a Float32Array', new Float32Array(1), /Float32Array/],
    ['an answer', answer(1), /Answer.*send its value/],
    ['a field of a class', { deep: [new Sub(1, 2)] }, /Sub/],
    ['an invalid date', { at: [new Date(Number.NaN)] }, /invalid date/],
    ['a key that is __proto__', hasProto(1), /__proto__/],
    ['a key that is __proto__, deep in it', { a: [hasProto({ b: 1 })] }, /__proto__/],
    ['a key that is __proto__, in a class', new Point(1, hasProto(null) as number), /__proto__/],
    [
      'a class without a name, a field called constructor',
      Object.assign(new Sub(1, 2), { constructor: 'a field' }),
      /an instance of Sub.*give Sub a name/,
    ],
    ['a Map, which cannot be given a name,', new Map(), /what is in it/],
    ['a Promise', Promise.resolve(1), /Promise.*what is in it/],
    ['a class that is made of a Map', new Herd(), /Herd.*what is in it/],
    ['a generator', (function* () {})(), /an instance of Generator .*what is in it/],
    [
      'a getter that throws',
      {
        get x() {
          throw new Error('no money');
        },
      },
      /a plain object with keys \[x\].*reading it threw "no money"/,
    ],
    [
      'a getter that throws no error',
      {
        get x() {
          throw 'no';
        },
      },
      /reading it threw the string "no"/,
    ],
  ])('%s names itself and what to do', (_, value, message) => {
    expect(() => encode(value)).toThrow(message);
    expect(() => encode(value)).toThrow(expect.objectContaining({ code: 'VAQUERO_INFO_NOT_PORTABLE' }));
    // The encoder is as good as new.
    expect(there([1])).toEqual([1]);
  });
});

describe('what a stranger sends', () => {
  const bomb = (levels: number) => Buffer.concat(Array.from({ length: levels }, () => bytes(0xdd, 0xff, 0xff, 0xff, 0xff)));
  const deep = (levels: number) => Buffer.concat([Buffer.alloc(levels, 0x91), bytes(0xc0)]);

  test.each([
    ['nothing', bytes()],
    ['no MessagePack', bytes(0xc1)],
    ['half a string', bytes(0xa5, 0x61)],
    ['more than one value', bytes(1, 2)],
    ['an array that claims four thousand million items', bomb(1)],
    ['a thousand such arrays in each other', bomb(1_000)],
    ['arrays a thousand deep', deep(1_000)],
    ['a map that claims more than is there', bytes(0xdf, 0, 0, 1, 0, 1, 1)],
    ['an extension of a later version', extension(99, pack([1]))],
    ['an extension that is no list', extension(1, pack({}))],
    ['an info without a class here', extension(1, pack(['nobody.knows', {}]))],
    ['an info called __proto__', extension(1, pack(['__proto__', {}]))],
    ['an info whose fields are none', extension(1, pack(['codec.Point', [1]]))],
    ['a frame of no type', extension(2, pack([9, 'x']))],
    ['a text frame of bytes', extension(2, pack([0, bytes(1)]))],
    ['a binary frame of text', extension(2, pack([1, 'x']))],
    ['a ping of more than a control frame has', extension(2, pack([2, Buffer.alloc(126)]))],
    ['a pong of more than a control frame has', extension(2, pack([3, Buffer.alloc(1_000)]))],
    ...['length', 'at', 'constructor', '1', -1, 1.5, null].map((type): [string, Buffer] => [
      `a frame of the type ${JSON.stringify(type)}`,
      extension(2, pack([type, bytes(1)])),
    ]),
    ['options that are none', extension(3, pack(['setOptions', null]))],
    ['a date that is none', extension(-1, Buffer.concat([bytes(0, 0, 0, 0), bytes(0x7f, 0xff, 0, 0, 0, 0, 0, 0)]))],
    ['a date of as many bytes as none has', extension(-1, bytes(1, 2, 3))],
    ['a close code that may not be sent', extension(3, pack(['close', 1006, '']))],
    ['a command of no kind', extension(3, pack(['explode']))],
    ['extensions a thousand deep', Array.from({ length: 1_000 }).reduce<Buffer>((inner) => extension(1, inner), bytes(0xc0))],
  ])('is refused: %s', (_, message) => {
    expect(() => decode(message)).toThrow(expect.objectContaining({ code: 'VAQUERO_MESSAGE_REFUSED' }));
  });

  test('pollutes no prototype', () => {
    const key = pack('__proto__');
    const polluting = Buffer.concat([bytes(0x81), key, pack({ polluted: true })]);
    expect(() => decode(polluting)).toThrow(expect.objectContaining({ code: 'VAQUERO_MESSAGE_REFUSED' }));
    expect(() => decode(extension(1, Buffer.concat([bytes(0x92), pack('codec.Point'), polluting])))).toThrow(/understood/);
    const constructed = decode(pack({ constructor: { prototype: { polluted: true } } })) as object;
    expect(Object.hasOwn(constructed, 'constructor')).toBe(true);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('never throws anything but the refusal, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (random) => {
        try {
          decode(Buffer.from(random));
        } catch (error) {
          expect(error).toMatchObject({ code: 'VAQUERO_MESSAGE_REFUSED' });
        }
      }),
      { numRuns: 5_000 },
    );
  });

  test('is told from what is well formed, and that is all that is looked at', () => {
    fc.assert(
      fc.property(fc.anything({ withDate: false, maxDepth: 4 }).filter(isPlainData), (value) => {
        const packed = pack(value);
        expect(wellFormed(packed)).toBe(true);
        expect(wellFormed(packed.subarray(0, -1))).toBe(false);
        expect(wellFormed(Buffer.concat([packed, bytes(0)]))).toBe(false);
      }),
    );
    for (const value of [
      'x'.repeat(300),
      'x'.repeat(70_000),
      Buffer.alloc(70_000),
      Array(70_000).fill(0),
      1.5,
      -40_000,
      2 ** 40,
    ]) {
      expect(wellFormed(pack(value))).toBe(true);
    }
  });
});

test('a command is the same there', () => {
  const commands = [
    close(4000, 'x'),
    text('y'),
    binary(bytes(1)),
    ping(Buffer.alloc(125)),
    pong('z'),
    setOptions({ idleTimeout: 5 }),
  ];
  expect(there(commands)).toEqual(commands);
});

test('a getter that throws when it is read again is told of as one that throws at once', () => {
  let reads = 0;
  const fickle = Object.defineProperty({}, 'a', {
    enumerable: true,
    get() {
      // The encoder reads a field twice.
      if (++reads > 2) throw new Error('no money');
      return 1;
    },
  });
  expect(() => encode([fickle, Array.from({ length: 200 }, () => [])])).toThrow(/reading it threw "no money"/);
});

test('what is published while something is encoded takes nothing from what that is held to', () => {
  const publishes = {
    get a() {
      return encode(1);
    },
  };
  expect(() => encode([nest(MAX_NESTING + 1), publishes])).toThrow(/nested too deep/);
});

function isPlainData(value: unknown): boolean {
  try {
    new Encoder().encode(value);
    return true;
  } catch {
    return false;
  }
}
