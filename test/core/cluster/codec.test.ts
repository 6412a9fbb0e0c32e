import { describe, expect, test } from '@jest/globals';
import { Encoder } from '@msgpack/msgpack';
import fc from 'fast-check';
import { answer, close, Info, text } from 'vaquero';
import { decode, encode } from '../../../src/core/cluster/codec.js';
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

  test('may lie ninety-nine deep, and not deeper', () => {
    const nest = (depth: number): unknown => (depth === 0 ? 1 : [nest(depth - 1)]);
    expect(there(nest(99))).toEqual(nest(99));
    expect(() => encode(nest(100))).toThrow(/nested too deep/);
  });
});

describe('what does not travel', () => {
  const circle: unknown[] = [];
  circle.push(circle);

  test.each([
    ['a class without a name', new (class Plain {})(), /Plain.*@Info/],
    ['a subclass without a name of its own', new Sub(1, 2), /Sub.*@Info/],
    ['a function', () => 1, /function/],
    ['a symbol', Symbol('s'), /symbol/],
    ['a bigint', 1n, /bigint/],
    ['a Map', new Map(), /Map/],
    ['a Float32Array', new Float32Array(1), /Float32Array/],
    ['an answer', answer(1), /Answer/],
    ['a field of a class', { deep: [new Sub(1, 2)] }, /Sub/],
    [
      'a getter that throws',
      {
        get field(): never {
          throw new Error('not now');
        },
      },
      /field.*encoding it failed: not now$/,
    ],
    ['what contains itself', circle, /contains itself/],
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
  expect(there([close(4000, 'x'), text('y')])).toEqual([close(4000, 'x'), text('y')]);
});

function isPlainData(value: unknown): boolean {
  try {
    new Encoder().encode(value);
    return true;
  } catch {
    return false;
  }
}
