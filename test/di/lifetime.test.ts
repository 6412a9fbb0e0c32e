import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { injectable, Lifecycle, scoped, singleton } from 'tsyringe';
import { Connection, type HandlerClass, OnInit, OnTerminate, OnText, stop, WebSocketHandler } from 'vaquero';
import { Events } from '../support/events.js';
import { RawClient } from '../support/raw-client.js';
import { start, type TestServer } from '../support/servers.js';

/** What is made for a connection ends with it, and what is shared does not. */

/** What has been disposed; a test that gives up waiting fails by its time-out. */
let disposed = new Events<string>();

@singleton()
class SharedPool {
  static made = 0;
  readonly number = ++SharedPool.made;
  dispose() {
    disposed.push('pool');
  }
}

@scoped(Lifecycle.ContainerScoped)
class Session {
  static made = 0;
  readonly number = ++Session.made;
  constructor(
    readonly connection: Connection,
    readonly pool: SharedPool,
  ) {}

  dispose() {
    disposed.push(`session ${this.number}`);
  }
}

@injectable()
class Reader {
  constructor(
    readonly session: Session,
    readonly pool: SharedPool,
  ) {}
}

@injectable()
class Writer {
  constructor(readonly session: Session) {}
}

/** Ends when it is told to, having said what it was given. */
abstract class Stops {
  @OnText() text() {
    return stop();
  }
}

async function ended(handler: HandlerClass, path: string): Promise<{ said: string; code: number; server: TestServer }> {
  disposed = new Events();
  const server = await start([handler]);
  const client = await RawClient.open(server.url, path);
  const said = await client.nextText();
  expect(disposed.all).toEqual([]);
  client.text('stop');
  const { code } = await client.closed;
  return { said, code, server };
}

/** When all connections are over and their clean-up is done. */
const over = (server: TestServer) => server.close();

describe('a service that belongs to the connection', () => {
  @WebSocketHandler('/session')
  class WithSession extends Stops {
    constructor(
      private readonly reader: Reader,
      private readonly writer: Writer,
      private readonly connection: Connection,
    ) {
      super();
    }

    @OnInit() init() {
      const { session } = this.reader;
      return `${session.number} ${session === this.writer.session} ${session.connection === this.connection} ${session.pool === this.reader.pool}`;
    }

    @OnTerminate() terminate() {
      disposed.push('terminated');
    }
  }

  test('is made once for each, and disposed with it, after @OnTerminate; singletons are not', async () => {
    const { said, code, server } = await ended(WithSession, '/session');
    const number = Session.made;
    expect(said).toBe(`${number} true true true`);
    expect(code).toBe(1000);
    await over(server);
    expect(disposed.all).toEqual(['terminated', `session ${number}`]);
    expect(server.errors).toEqual([]);
  });

  test("is not another connection's", async () => {
    disposed = new Events();
    const server = await start([WithSession]);
    const one = await RawClient.open(server.url, '/session');
    const other = await RawClient.open(server.url, '/session');
    const numbers = [await one.nextText(), await other.nextText()].map((said) => Number(said.split(' ')[0]));
    expect(new Set(numbers).size).toBe(2);
    one.text('stop');
    await one.closed;
    expect([await disposed.next(), await disposed.next()]).toEqual(['terminated', `session ${numbers[0]}`]);
    other.text('stop');
    await other.closed;
    await over(server);
    expect(disposed.all).toEqual(['terminated', `session ${numbers[0]}`, 'terminated', `session ${numbers[1]}`]);
    expect(SharedPool.made).toBe(1);
  });

  test('is disposed where the client goes without a word', async () => {
    disposed = new Events();
    const server = await start([WithSession]);
    const client = await RawClient.open(server.url, '/session');
    const [number] = (await client.nextText()).split(' ');
    client.drop();
    expect([await disposed.next(), await disposed.next()]).toEqual(['terminated', `session ${number}`]);
  });
});

test('a singleton that only a handler asks for is made once, by the application, and never disposed with a connection', async () => {
  @singleton()
  class Lonely {
    static made = 0;
    readonly number = ++Lonely.made;
    dispose() {
      disposed.push('lonely');
    }
  }
  @WebSocketHandler('/lonely')
  class WithLonely extends Stops {
    constructor(
      private readonly lonely: Lonely,
      readonly session: Session,
    ) {
      super();
    }

    @OnInit() init() {
      return `lonely ${this.lonely.number}`;
    }
  }
  for (let round = 0; round < 2; round++) {
    const { said, server } = await ended(WithLonely, '/lonely');
    expect(said).toBe('lonely 1');
    await over(server);
    expect(disposed.all).toEqual([`session ${Session.made}`]);
  }
});

describe('a dispose', () => {
  const disposing = (dispose: () => unknown): HandlerClass => {
    @scoped(Lifecycle.ContainerScoped)
    class Resource {
      dispose() {
        return dispose();
      }
    }
    @WebSocketHandler('/resource')
    class WithResource extends Stops {
      constructor(readonly resource: Resource) {
        super();
      }

      @OnInit() init() {
        return 'ready';
      }
    }
    return WithResource;
  };

  test('that answers a promise is waited for', async () => {
    let finish: () => void = () => undefined;
    const handler = disposing(async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
        disposed.push('began');
      });
      disposed.push('done');
    });
    const { server } = await ended(handler, '/resource');
    expect(await disposed.next()).toBe('began');
    const closing = over(server).then(() => disposed.push('closed'));
    finish();
    await closing;
    expect(disposed.all).toEqual(['began', 'done', 'closed']);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('jammed');
      },
    ],
    ['rejects', () => Promise.reject(new Error('jammed'))],
  ])('that %s is reported, and the connection is over all the same', async (_, dispose) => {
    const { code, server } = await ended(disposing(dispose), '/resource');
    expect(code).toBe(1000);
    await over(server);
    expect(server.connections).toBe(0);
    expect(server.errors.map(({ error, context }) => [error.message, context.stage, context.handler])).toEqual([
      ['jammed', 'dispose', 'WithResource'],
    ]);
  });

  test('of the handler itself is called, after @OnTerminate, with or without services of its own', async () => {
    abstract class Disposes extends Stops {
      @OnInit() init() {
        return 'ready';
      }

      @OnTerminate() terminate() {
        disposed.push('terminated');
      }

      dispose() {
        disposed.push('handler');
      }
    }
    @WebSocketHandler('/alone')
    class Alone extends Disposes {}
    @WebSocketHandler('/together')
    class Together extends Disposes {
      constructor(readonly session: Session) {
        super();
      }
    }
    await over((await ended(Alone, '/alone')).server);
    expect(disposed.all).toEqual(['terminated', 'handler']);
    await over((await ended(Together, '/together')).server);
    expect(disposed.all[0]).toBe('terminated');
    expect(disposed.all.slice(1).sort()).toEqual(['handler', `session ${Session.made}`]);
  });
});
