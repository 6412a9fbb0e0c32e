import { describe, expect, test } from '@jest/globals';
import { OnBinary, OnInfo, OnInit, OnText, WebSocketHandler } from 'vaquero';
import { frame, Op, RawClient } from '../support/raw-client.js';
import { start } from '../support/servers.js';

/** A subclass has its base's callbacks, and says its own before them. */

class Base {
  @OnText() text(message: string) {
    return `base text ${message}`;
  }

  @OnBinary() binary(payload: Buffer) {
    return `base binary ${payload}`;
  }
}

const replies = async (handler: new () => object, path: string, ...sent: Buffer[]): Promise<string[]> => {
  const { url } = await start([handler]);
  const client = await RawClient.open(url, path);
  const came: string[] = [];
  for (const bytes of sent) {
    client.write(bytes);
    came.push(await client.nextText());
  }
  return came;
};

const TEXT = frame(Op.text, 'x');
const BINARY = frame(Op.binary, 'y');

describe('callbacks of a base', () => {
  test('are inherited', async () => {
    @WebSocketHandler('/heir')
    class Heir extends Base {}
    expect(await replies(Heir, '/heir', TEXT, BINARY)).toEqual(['base text x', 'base binary y']);
  });

  test('are inherited over several classes', async () => {
    class Middle extends Base {
      override text(message: string) {
        return `middle ${super.text(message)}`;
      }
    }
    @WebSocketHandler('/grandchild')
    class Grandchild extends Middle {}
    expect(await replies(Grandchild, '/grandchild', TEXT, BINARY)).toEqual(['middle base text x', 'base binary y']);
  });

  test('are overridden by a method of their name, decorated or not', async () => {
    @WebSocketHandler('/override')
    class Overrides extends Base {
      @OnText() override text(message: string) {
        return `own text ${message}`;
      }

      override binary(payload: Buffer) {
        return `own binary ${payload}`;
      }
    }
    expect(await replies(Overrides, '/override', TEXT, BINARY)).toEqual(['own text x', 'own binary y']);
  });

  test('are overridden by a method of another name with the decorator', async () => {
    @WebSocketHandler('/renamed')
    class Renames extends Base {
      @OnText() other(message: string) {
        return `other ${message}`;
      }
    }
    expect(await replies(Renames, '/renamed', TEXT, BINARY)).toEqual(['other x', 'base binary y']);
  });

  test('are no longer what they were where an override has another decorator', async () => {
    class Loud {
      @OnText() shout(message: string | Buffer) {
        return `loud ${message}`;
      }
    }
    @WebSocketHandler('/turned')
    class Turned extends Loud {
      @OnBinary() override shout(message: string | Buffer) {
        return `turned ${message}`;
      }
    }
    // The text is ignored, so that the answer is to the binary message.
    expect(await replies(Turned, '/turned', Buffer.concat([TEXT, BINARY]))).toEqual(['turned y']);
  });

  test('stay with the base: a sibling has nothing of a subclass', async () => {
    @WebSocketHandler('/left')
    class Left extends Base {
      @OnInit() init() {
        return 'left';
      }

      @OnText() override text() {
        return 'left';
      }
    }
    @WebSocketHandler('/right')
    class Right extends Base {}
    const { url } = await start([Left, Right]);
    const client = await RawClient.open(url, '/right');
    client.text('x');
    expect(await client.nextText()).toBe('base text x');
  });
});

/** An info that says who answered it. */
class Animal {}
class Dog extends Animal {}
class Puppy extends Dog {}

describe('clauses of @OnInfo', () => {
  const answers = async (handler: new () => object, ...infos: unknown[]): Promise<string[]> => {
    WebSocketHandler('/infos')(handler);
    const server = await start([handler]);
    const client = await RawClient.open(server.url, '/infos');
    expect(await client.nextText()).toBe('ready');
    const came: string[] = [];
    for (const info of infos) {
      server.bus.publish('infos', info);
      came.push(await client.nextText());
    }
    return came;
  };

  class Watching {
    @OnInit() async init(connection: { subscribe(topic: string): Promise<void> }) {
      await connection.subscribe('infos');
      return 'ready';
    }
  }

  test('are tried as they are written', async () => {
    class Special extends Watching {
      @OnInfo() puppy(_: Puppy) {
        return 'puppy';
      }
      @OnInfo(Dog) dog() {
        return 'dog';
      }
      @OnInfo((info: unknown) => info instanceof Animal) animal() {
        return 'animal';
      }
      @OnInfo('tagged') tagged() {
        return 'tagged';
      }
      @OnInfo() rest() {
        return 'rest';
      }
    }
    expect(await answers(Special, new Puppy(), new Dog(), new Animal(), { type: 'tagged' }, { type: 'other' }, 7)).toEqual([
      'puppy',
      'dog',
      'animal',
      'tagged',
      'rest',
      'rest',
    ]);
  });

  test('that are written behind a wider one would never be reached, and are refused', async () => {
    class General extends Watching {
      @OnInfo(Animal) animal() {
        return 'animal';
      }
      @OnInfo(Puppy) puppy() {
        return 'puppy';
      }
    }
    await expect(answers(General, new Puppy())).rejects.toMatchObject({
      code: 'VAQUERO_INVALID_HANDLER',
      message: expect.stringContaining('puppy: its @OnInfo never runs, because animal before it takes what is Animal'),
    });
  });

  test('of a subclass come before those of its base', async () => {
    class Parent extends Watching {
      @OnInfo(Dog) dog() {
        return 'parent dog';
      }
      @OnInfo(Animal) animal() {
        return 'parent animal';
      }
    }
    class Child extends Parent {
      @OnInfo(Animal) any() {
        return 'child any';
      }
    }
    expect(await answers(Child, new Dog(), new Animal())).toEqual(['child any', 'child any']);
  });

  test('keep their place where an override has no decorator, and move up where it has one', async () => {
    class Parent extends Watching {
      @OnInfo(Dog) dog() {
        return 'parent dog';
      }
      @OnInfo() animal(_: Animal) {
        return 'parent animal';
      }
    }
    class Stays extends Parent {
      override animal() {
        return 'own animal';
      }
    }
    class Moves extends Parent {
      @OnInfo(Animal) override animal() {
        return 'own animal';
      }
    }
    expect(await answers(Stays, new Dog(), new Animal())).toEqual(['parent dog', 'own animal']);
    expect(await answers(Moves, new Dog(), new Animal())).toEqual(['own animal', 'own animal']);
  });

  test('go by primitives too', async () => {
    class Primitive extends Watching {
      @OnInfo() string(info: string) {
        return `string ${info}`;
      }
      @OnInfo() number(info: number) {
        return `number ${info}`;
      }
      @OnInfo() boolean(info: boolean) {
        return `boolean ${info}`;
      }
    }
    expect(await answers(Primitive, true, 0, '')).toEqual(['boolean true', 'number 0', 'string ']);
  });
});
