import { expect, test } from '@jest/globals';
import {
  accept,
  Connection,
  type HandlerClass,
  type HandlerOptions,
  OnInfo,
  OnInit,
  OnText,
  OnUpgrade,
  reject,
  text,
  type UpgradeAnswer,
  WebSocketHandler,
} from 'vaquero';
import { handshake, RawClient, request } from '../support/raw-client.js';
import { start } from '../support/servers.js';
import { mistake } from './mistake.js';

/** Mistakes that show when clients come: an error where the handler failed, a line in the log where somebody was only refused. */

@WebSocketHandler('/echo')
class Echo {
  @OnText() echo(message: string) {
    return message;
  }
}

/** Decorated, and left out of `handlers` below. */
@WebSocketHandler('/rooms/:id')
class Forgotten {}

/** What the log has when a request was refused. */
async function refusal(path: string, headers: Record<string, string> = {}): Promise<string> {
  const server = await start([Echo]);
  await request(server.url, handshake(path, headers));
  await request(server.url, handshake(path, headers));
  expect(server.log).toHaveLength(1);
  return server.log[0] as string;
}

mistake('a class that is not in handlers', async () => {
  const line = await refusal('/rooms/1');
  expect(line).toContain(`${Forgotten.name} is decorated with '/rooms/:id'`);
  return line;
});

mistake('a path that the client misspells', () => refusal('/ehco'));

mistake('a page of another origin', async () => {
  const line = await refusal('/echo', { Origin: 'http://localhost:5173' });
  expect(line).toContain('Echo refused a page of the origin "http://localhost:5173" (403)');
  return line;
});

test('clients cannot fill the log with paths and origins', async () => {
  const server = await start([Echo]);
  for (let i = 0; i < 30; i++) {
    await request(server.url, handshake(`/${i}`));
    await request(server.url, handshake('/echo', { Origin: `http://${i}.example` }));
  }
  expect(server.log.filter((line) => line.includes('404'))).toHaveLength(20);
  expect(server.log.filter((line) => line.includes('403'))).toHaveLength(20);
});

test('an origin that a function refuses is not warned of', async () => {
  const server = await start([Echo], { defaults: { origins: () => false } });
  expect((await request(server.url, handshake('/echo', { Origin: 'http://localhost:5173' }))).status).toBe(403);
  expect(server.log).toEqual([]);
});

/** What the log has when two clients offered sub-protocols in vain, and one offered none. */
async function offering(options: HandlerOptions): Promise<string> {
  @WebSocketHandler('/spoken', options)
  class Spoken {
    @OnInit() init() {
      return 'ready';
    }
  }
  const server = await start([Spoken]);
  for (const offered of ['chat.v3, chat.v2', 'chat.v3', undefined]) {
    const client = await RawClient.open(server.url, '/spoken', { headers: { 'Sec-WebSocket-Protocol': offered } });
    expect(await client.nextText()).toBe('ready');
  }
  expect(server.log).toHaveLength(1);
  return server.log[0] as string;
}

mistake('no sub-protocol in common', async () => {
  expect(await offering({ subprotocols: ['chat.v1'] })).toContain('it offers "chat.v3, chat.v2", the handler lists "chat.v1".');
  return offering({});
});

test('a sub-protocol that is chosen is not warned of', async () => {
  const server = await start([Echo], { defaults: { subprotocols: ['chat.v1'] } });
  const client = await RawClient.open(server.url, '/echo', { headers: { 'Sec-WebSocket-Protocol': 'chat.v2, chat.v1' } });
  client.text('hello');
  expect(await client.nextText()).toBe('hello');
  expect(server.log).toEqual([]);
});

/** The error of a handler that fails on its way to the first frame, or with it. */
const crash = (handler: HandlerClass) => async () => {
  const server = await start([handler]);
  const reported = server.nextError();
  const client = RawClient.open(server.url, '/wrong').then(
    (opened) => opened.text('hello'),
    () => undefined,
  );
  const { error } = await reported;
  await client;
  return error;
};

@WebSocketHandler('/wrong')
class SaysFalse {
  @OnUpgrade() admit() {
    return false as unknown as UpgradeAnswer;
  }
}

mistake('true or false from @OnUpgrade', crash(SaysFalse));

const answering = (answer: () => unknown) => {
  @WebSocketHandler('/wrong')
  class Answering {
    @OnUpgrade() admit() {
      return answer() as UpgradeAnswer;
    }
  }
  return crash(Answering);
};

mistake(
  'a text as the second parameter of reject',
  answering(() => reject(403, 'Go away.' as never)),
);

mistake(
  'a Headers for the response',
  answering(() => accept({ headers: new Headers({ 'x-served-by': 'me' }) as never })),
  answering(() => reject(401, { headers: new Map([['www-authenticate', 'Basic']]) as never })),
);

@WebSocketHandler('/wrong')
class SendsInConstructor {
  constructor(connection: Connection) {
    connection.send('hello');
  }
}

@WebSocketHandler('/wrong')
class SendsInUpgrade {
  @OnUpgrade() admit(_: unknown, connection: Connection) {
    connection.send('hello');
  }
}

mistake('sending in the constructor or in @OnUpgrade', crash(SendsInConstructor), crash(SendsInUpgrade));

@WebSocketHandler('/wrong')
class RepliesObject {
  @OnText() text(message: string) {
    return { message } as unknown as string;
  }
}

mistake('a plain object as reply', crash(RepliesObject));

class Moved {
  constructor(readonly price: number) {}
}

@WebSocketHandler('/prices')
class Prices {
  @OnInit() watch(connection: Connection) {
    connection.subscribe('prices');
    return 'ready';
  }
  @OnInfo() moved({ price }: Moved) {
    return String(price);
  }
}

mistake('a plain object published in place of an instance', async () => {
  const server = await start([Prices]);
  const client = await RawClient.open(server.url, '/prices');
  await client.nextText();
  server.bus.publish('prices', { price: 1 });
  server.bus.publish('prices', { price: 2 });
  server.bus.publish('prices', new Moved(3));
  expect(await client.nextText()).toBe('3');
  expect(server.log).toHaveLength(1);
  return server.log[0] as string;
});

@WebSocketHandler('/room')
class Room {
  @OnInit() enter(connection: Connection) {
    connection.subscribe('room');
    return 'ready';
  }
}

/** The one line that the log has after infos that a handler does not take; the last thing that is said is a frame. */
const publishing =
  (handler: HandlerClass, ...infos: unknown[]) =>
  async () => {
    const server = await start([handler]);
    const client = await RawClient.open(server.url, '/room');
    await client.nextText();
    for (const info of [...infos, text('done')]) server.bus.publish('room', info);
    expect(await client.nextText()).toBe('done');
    expect(server.counters.ignored).toBe(infos.length);
    expect(server.log).toHaveLength(1);
    return server.log[0] as string;
  };

mistake('a string published in place of a frame', publishing(Room, 'hello', 'again'));

@WebSocketHandler('/room')
class Tagged extends Room {
  @OnInfo('moved') moved() {}
}

mistake(
  'an info with a mistyped tag',
  publishing(Tagged, { type: 'mvoed' }, { type: 'mvoed' }),
  publishing(Tagged, { typ: 'moved' }),
);

@WebSocketHandler('/room')
class Several extends Room {
  @OnInfo() counted(_: number) {}
  @OnInfo('left') left() {}
  @OnInfo() moved(_: Moved) {}
}

@WebSocketHandler('/room')
class Numbered extends Room {
  @OnInfo() counted(_: number) {}
}

@WebSocketHandler('/room')
class Choosy extends Room {
  @OnInfo((info: unknown) => info === 'mine') mine() {}
}

const PLAIN = 'a plain object with keys';

test.each<[string, HandlerClass, unknown]>([
  [
    `warn: Room ignores ${PLAIN} [price]: it has no @OnInfo. Publish json(…) to send it to clients as a frame, or take it with @OnInfo() and a parameter of type unknown`,
    Room,
    { price: 1 },
  ],
  [
    'warn: Room ignores an instance of Buffer: it has no @OnInfo. Publish binary(…) to send it to clients as a frame, or take it with @OnInfo() and a parameter of type Buffer',
    Room,
    Buffer.from('hello'),
  ],
  [
    "warn: Several ignores the string \"hello\": its @OnInfo takes Number, 'left', Moved. Publish text('…') to send it to clients as a frame, or take it with @OnInfo() and a parameter of type string",
    Several,
    'hello',
  ],
  [
    `warn: Several ignores ${PLAIN} [type], whose type is the string "lfet": its @OnInfo goes by type ('left'). Correct the type, or write an @OnInfo for it`,
    Several,
    { type: 'lfet' },
  ],
  [
    `warn: Several ignores ${PLAIN} [price]: its @OnInfo goes by class (Moved), whatever the fields are. Send an instance, new Moved(…), or take it with @OnInfo('tag') or a predicate`,
    Several,
    { price: 1 },
  ],
  [
    `warn: Numbered ignores ${PLAIN} [price]: its @OnInfo takes Number. Publish json(…) to send it to clients as a frame, or take it with @OnInfo() and a parameter of type unknown`,
    Numbered,
    { price: 1 },
  ],
  // It was looked at, and not wanted.
  ['debug: Choosy has no callback for this info; it and all later ones are ignored', Choosy, 'yours'],
  ['debug: Room has no callback for this info; it and all later ones are ignored', Room, new Moved(1)],
])('%s', async (line, handler, info) => {
  expect(await publishing(handler, info)()).toBe(line);
});
