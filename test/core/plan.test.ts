import { createServer } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import {
  attach,
  type HandlerClass,
  type HandlerOptions,
  OnBinary,
  OnInfo,
  OnInit,
  OnPing,
  OnText,
  VaqueroError,
  type VaqueroErrorCode,
  WebSocketHandler,
} from 'vaquero';
import { start } from '../support/servers.js';

/** What start-up says of handlers that are not right: every fault, with the class, the method and what would be right. */

interface Shape {
  readonly size: number;
}

class Plain {
  @OnText() echo(message: string) {
    return message;
  }
}

/** A subclass of a handler is no handler: a path is said by the class itself. */
@WebSocketHandler('/based')
class Based extends Plain {}
class Derived extends Based {}

@WebSocketHandler('/twice')
class Twice {
  @OnText() first() {}
  @OnText() second() {}
  @OnPing() third() {}
  @OnPing() fourth() {}
}

@WebSocketHandler('/ghost')
class Ghost {
  @OnText() text() {}
}
Object.defineProperty(Ghost.prototype, 'text', { value: 42 });

@WebSocketHandler('no-slash')
class NoSlash {}

@WebSocketHandler('/a/**/b/**')
class TwoWildcards {}

@WebSocketHandler(7 as unknown as string)
class NumberPath {}

@WebSocketHandler('/options', { idleTimeuot: 5, maxFrameSize: 0 } as HandlerOptions)
class WrongOptions {}

@WebSocketHandler('/no-options', 'fast' as HandlerOptions)
class StringOptions {}

@WebSocketHandler('/shaped')
class Shaped {
  constructor(
    readonly service: Plain,
    readonly shape: Shape,
  ) {}
}

@WebSocketHandler('/primitive')
class Primitive {
  constructor(
    readonly name: string,
    readonly act: () => void,
  ) {}
}

/** Compilers emit `Function` for a class behind `import type`, as for a function. */
@WebSocketHandler('/import-type')
class ImportType {
  @OnInfo() moved(_info: () => void) {}
}

@WebSocketHandler('/no-metadata')
class NoMetadata {
  moved(info: unknown) {
    return String(info);
  }
}
OnInfo()(NoMetadata.prototype, 'moved', Object.getOwnPropertyDescriptor(NoMetadata.prototype, 'moved') as never);

@WebSocketHandler('/good')
class Good {
  @OnText() echo(message: string) {
    return message;
  }
}

/** How start-up fails: by its code and what it says. */
async function failure(starting: Promise<unknown>, code: VaqueroErrorCode): Promise<string> {
  const error: unknown = await starting.then(
    () => undefined,
    (reason) => reason,
  );
  if (!VaqueroError.is(error, code)) throw new Error(`expected ${code}`, { cause: error });
  return error.message;
}

const refused = (handlers: readonly unknown[]) => failure(start(handlers as HandlerClass[]), 'VAQUERO_INVALID_HANDLER');

describe('a faulty handler is refused at start-up', () => {
  const FAULTS: Record<string, readonly [unknown, readonly (string | RegExp)[]]> = {
    'a class without the decorator': [Plain, ["Plain: has no @WebSocketHandler('/path') of its own; decorate the class"]],
    'a subclass without the decorator': [Derived, ["Derived: has no @WebSocketHandler('/path') of its own"]],
    'a nameless class without the decorator': [class {}, ['(anonymous class): has no @WebSocketHandler']],
    'two @OnText in a class': [
      Twice,
      ['Twice: second: a second @OnText beside first; a class may have one, so put both into one method'],
    ],
    'a callback that is no method': [Ghost, ['Ghost: text: @OnText must be on a method, and this is the number 42']],
    'a path without its slash': [
      NoSlash,
      [`NoSlash: @WebSocketHandler: the path must be a string that starts with '/', got the string "no-slash"`],
    ],
    'a path with two wildcards': [
      TwoWildcards,
      ['TwoWildcards: @WebSocketHandler: the path the string "/a/**/b/**" has no meaning'],
    ],
    'a path that is no string': [NumberPath, ["starts with '/', got the number 7"]],
    'an unknown option': [
      WrongOptions,
      ['WrongOptions: @WebSocketHandler: unknown option idleTimeuot; there are', 'idleTimeout'],
    ],
    'options that are none': [StringOptions, ['options must be an object, got the string "fast"']],
    'a parameter without a class': [
      Shaped,
      [/Shaped: parameter 2 of the constructor has a type that is no class at run time: an interface.*@inject\(TOKEN\)/],
    ],
    'a parameter of a primitive type': [Primitive, [/Primitive: parameter 1 of the constructor has a type that is a primitive/]],
    'an info whose class is behind "import type"': [
      ImportType,
      [/ImportType: moved: @OnInfo\(\) goes by .* behind "import type"\. Import it as a value.*@OnInfo\(SomeClass\)/],
    ],
    '@OnInfo without metadata': [
      NoMetadata,
      [/emitted no types for the parameters of NoMetadata\.moved\. .*"emitDecoratorMetadata" to true/],
    ],
    'an object': [{}, ["handlers must be classes decorated with @WebSocketHandler('/path'), got a plain object with keys []"]],
    'an instance': [new Good(), ['got an instance of Good; list the class Good itself']],
    'an arrow function': [() => undefined, ['got a function']],
    nothing: [undefined, ['got undefined']],
    null: [null, ['got null']],
  };

  for (const [name, [handler, sayings]] of Object.entries(FAULTS)) {
    test(name, async () => {
      const message = await refused([handler]);
      for (const saying of sayings)
        expect(message).toEqual(typeof saying === 'string' ? expect.stringContaining(saying) : expect.stringMatching(saying));
    });
  }

  test('all faults of all classes are in one report', async () => {
    const all = Object.values(FAULTS).map(([handler]) => handler);
    const message = await refused([Good, ...all]);
    for (const [, sayings] of Object.values(FAULTS))
      for (const saying of sayings)
        expect(message).toEqual(typeof saying === 'string' ? expect.stringContaining(saying) : expect.stringMatching(saying));
    expect(message).toContain('Twice: fourth: a second @OnPing beside third');
    expect(message).toContain('WrongOptions: @WebSocketHandler: option maxFrameSize must be');
    // Twice, WrongOptions and Primitive have two faults each, all others one.
    expect(message.split('\n  - ')).toHaveLength(1 + all.length + 3);
    expect(message).toContain(`The handlers have ${all.length + 3} faults:`);
    expect(message).not.toContain('Good:');
  });

  test('a class that is listed twice is reported once, and served once', async () => {
    expect((await refused([Plain, Plain])).split('\n  - ')).toHaveLength(2);
    await start([Good, Good]);
  });

  test('attach refuses it too, and leaves the HTTP server as it was', async () => {
    const http = createServer();
    const message = await failure(attach(http, { handlers: [Twice] }), 'VAQUERO_INVALID_HANDLER');
    expect(message).toContain('Twice: second: a second @OnText beside first');
    expect(http.listenerCount('upgrade')).toBe(0);
  });
});

describe('two handlers that match the same paths are refused', () => {
  const at = (path: string, name: string): HandlerClass => {
    const handler = { [name]: class {} }[name] as HandlerClass;
    WebSocketHandler(path)(handler);
    return handler;
  };

  test.each([
    ['/same', '/same'],
    ['/a/:x', '/a/:y'],
    ['/a/:x/b/:y', '/a/:y/b/:x'],
    ['/files/**:path', '/files/**:rest'],
  ])('%s and %s', async (one, other) => {
    const message = await failure(
      start([at(one, 'One'), at('/elsewhere', 'Elsewhere'), at(other, 'Other')]),
      'VAQUERO_DUPLICATE_PATH',
    );
    expect(message).toBe(`Other ('${other}') and One ('${one}') match the same paths. Give one of them another path.`);
  });

  test.each([
    ['/a/:x', '/a/b'],
    ['/a/:x', '/a/**'],
    ['/a', '/b'],
  ])('%s and %s are different', async (one, other) => {
    await start([at(one, 'One'), at(other, 'Other')]);
  });
});

describe('a decorator that is misplaced is refused where it is', () => {
  const misplaced = (decorate: () => unknown): VaqueroError => {
    try {
      decorate();
    } catch (error) {
      if (VaqueroError.is(error, 'VAQUERO_INVALID_DECORATOR')) return error;
      throw error;
    }
    throw new Error('nothing was thrown');
  };
  const loose = (decorator: unknown) => decorator as (target: unknown, key: string, descriptor?: PropertyDescriptor) => void;

  test.each([
    [
      'a property',
      () => loose(OnText())(Good.prototype, 'size'),
      '@OnText must be on a method of instances, and Good.size is a property. Write a method: size(…) { … }.',
    ],
    ['an accessor', () => loose(OnBinary())(Good.prototype, 'size', { get: () => 1 }), 'Good.size is an accessor.'],
    [
      'a static method',
      () => loose(OnInit())(Good, 'make', { value() {} }),
      '@OnInit must be on a method of instances, and Good.make is static.',
    ],
    [
      'a value',
      () => loose(OnInfo('tag'))(Good.prototype, 'size', { value: 7 }),
      '@OnInfo must be on a method of instances, and Good.size is the number 7.',
    ],
    [
      'something that is no class',
      () => loose(WebSocketHandler('/x'))({}, ''),
      '@WebSocketHandler must be on a class, and this is a plain object',
    ],
    [
      'a class',
      () => (OnText() as unknown as (target: unknown) => void)(Good),
      '@OnText must be on a method of instances, and Good is a class. Write it before a method: @OnText() name(…) { … }.',
    ],
    [
      'a parameter',
      () => loose(OnText())(Good.prototype, 'echo', 1 as never),
      '@OnText must be on a method of instances, and this is parameter 2 of Good.echo. Write it before a method: @OnText() echo(…) { … }.',
    ],
    [
      'a parameter of the constructor',
      () => loose(OnText())(Good, undefined as never, 0 as never),
      '@OnText must be on a method of instances, and this is parameter 1 of the constructor of Good. Write it before a method',
    ],
    [
      'a method, where a class is wanted',
      () => loose(WebSocketHandler('/x'))(Good.prototype, 'echo', { value() {} }),
      '@WebSocketHandler must be on a class, and Good.echo is a method.',
    ],
    [
      'a static method, where a class is wanted',
      () => loose(WebSocketHandler('/x'))(Good, 'make', { value() {} }),
      '@WebSocketHandler must be on a class, and Good.make is static.',
    ],
    [
      'two classes',
      () => (OnInfo as (...given: unknown[]) => unknown)(Good, Twice),
      '@OnInfo takes one class, tag or predicate, of which each wants an @OnInfo of its own, got the function Good and the function Twice.',
    ],
  ])('%s', (_, decorate, saying) => {
    expect(misplaced(decorate).message).toContain(saying);
  });
});
