import { expect, test } from '@jest/globals';
import { Connection, type HandlerClass, OnInfo, OnInit, OnText, OnUpgrade, type UpgradeAnswer, WebSocketHandler } from 'vaquero';
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
