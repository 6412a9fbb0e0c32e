import { describe, expect, test } from '@jest/globals';
import { Connection, latest, OnInfo, OnInit, OnText, type Reply, setOptions, WebSocketHandler } from 'vaquero';
import { DOORS } from '../../support/doors.js';
import { Events } from '../../support/events.js';

/** What `onError` is told of where an error came from, over a socket and mounted. */

describe.each(DOORS)('$name', (door) => {
  test('what connection.send failed with is not put down to the callback that runs, nor the error of that to send', async () => {
    const begun = new Events<void>();
    let failReply: (error: unknown) => void = () => undefined;
    let failCallback: (error: unknown) => void = () => undefined;

    @WebSocketHandler('/')
    class Failing {
      @OnText() async talk(_message: string, connection: Connection) {
        connection.send(
          new Promise<Reply>((_, reject) => {
            failReply = reject;
          }),
        );
        begun.push();
        await new Promise<void>((_, reject) => {
          failCallback = reject;
        });
      }
    }
    const server = await door.open([Failing]);
    const client = await server.visit('/');
    client.text('go');
    await begun.next();

    const first = server.nextError();
    failReply('no reply');
    const { error, context } = await first;
    expect(error).toMatchObject({ code: 'VAQUERO_NON_ERROR_THROWN', cause: 'no reply' });
    expect(error.message).toMatch(/^Failing \(send\) threw /);
    expect(context).toEqual({ stage: 'send', handler: 'Failing', path: '/' });

    const second = server.nextError();
    failCallback(new Error('no callback'));
    expect(await second).toEqual({
      error: new Error('no callback'),
      context: { stage: 'text', handler: 'Failing', method: 'talk', path: '/' },
    });
  });

  test('what connection.send is given that is no reply, or fails in part, is not put down to the callback that runs', async () => {
    const begun = new Events<Connection>();
    let release: () => void = () => undefined;

    @WebSocketHandler('/')
    class Busy {
      @OnText() async talk(_message: string, connection: Connection) {
        begun.push(connection);
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }
    }
    const server = await door.open([Busy]);
    const client = await server.visit('/');
    client.text('go');
    const connection = await begun.next();
    let failSecond: (error: Error) => void = () => undefined;
    const second = new Promise<Reply>((_, reject) => {
      failSecond = reject;
    });

    const first = server.nextError();
    connection.send([Promise.resolve({} as never), second]);
    const { error, context } = await first;
    expect(error.message).toMatch(/^connection\.send\(\) to Busy replied with a plain object/);
    expect(context).toEqual({ stage: 'send', handler: 'Busy', path: '/' });

    const next = server.nextError();
    failSecond(new Error('second'));
    expect(await next).toEqual({ error: new Error('second'), context: { stage: 'send', handler: 'Busy', path: '/' } });
    release();
  });

  test('a published command that is wrong, and a key that throws, are errors of an info', async () => {
    const begun = new Events<void>();

    @WebSocketHandler('/', { mailbox: { limit: 1, policy: latest(() => JSON.parse('no JSON')) } })
    class Subscribed {
      @OnInit() async init(connection: Connection) {
        await connection.subscribe('all');
        begun.push();
      }

      @OnText() text() {}
    }

    @WebSocketHandler('/plain')
    class Plain {
      @OnInit() async init(connection: Connection) {
        await connection.subscribe('commands');
        begun.push();
      }

      @OnInfo('other') other() {}
    }
    const server = await door.open([Subscribed, Plain]);
    await server.visit('/');
    await begun.next();
    const first = server.nextError();
    server.bus.publish('all', 'anything');
    expect((await first).context).toEqual({ stage: 'info', handler: 'Subscribed', path: '/' });

    await server.visit('/plain');
    await begun.next();
    const second = server.nextError();
    server.bus.publish('commands', setOptions({ maxFrameSize: -1 }));
    expect((await second).context).toEqual({ stage: 'info', handler: 'Plain', path: '/plain' });
  });
});
