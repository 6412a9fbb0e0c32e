import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { container } from 'tsyringe';
import { Connection, json, OnInfo, OnInit, OnText, Presence, PresenceDiff, WebSocketHandler } from 'vaquero';
import { DOORS, type House, type Visitor } from '../../support/doors.js';

/** Does what the client says: `track topic meta`, `untrack topic`, `list topic`, `subscribe topic`. */
@WebSocketHandler('/', { maxSubscriptions: 2 })
class Present {
  constructor(
    private readonly connection: Connection,
    private readonly presence: Presence,
  ) {}

  @OnInit() init() {
    return this.connection.ref;
  }

  @OnText() async does(message: string) {
    const [verb, topic = '', meta] = message.split(' ');
    if (verb === 'track') await this.connection.track(topic, meta);
    if (verb === 'untrack') this.connection.untrack(topic);
    if (verb === 'subscribe') await this.connection.subscribe(topic);
    return verb === 'list' ? json(await this.presence.list(topic)) : 'done';
  }

  @OnInfo() changed({ topic, joins, leaves }: PresenceDiff) {
    return json({ topic, joins, leaves });
  }
}

/** One client of a server, and the ref of its connection. */
async function open(server: House): Promise<{ client: Visitor; ref: string; says(message: string): Promise<string> }> {
  const client = await server.visit('/');
  const ref = await client.nextText();
  const says = (message: string) => {
    client.text(message);
    return client.nextText();
  };
  return { client, ref, says };
}

describe.each(DOORS)('$name', (door) => {
  describe('presence', () => {
    test('is listed with its meta, by whoever asks, until it is taken back', async () => {
      const server = await door.open([Present]);
      const [ada, bob] = [await open(server), await open(server)];
      await ada.says('track den Ada');
      await bob.says('track den Bob');
      const all = [
        { ref: ada.ref, meta: 'Ada' },
        { ref: bob.ref, meta: 'Bob' },
      ];
      expect(JSON.parse(await bob.says('list den'))).toEqual(all);
      expect(await server.bus.presence.list('den')).toEqual(all);
      await ada.says('untrack den');
      expect(JSON.parse(await bob.says('list den'))).toEqual([all[1]]);
    });

    test('is told to subscribers of the topic: who comes, who changes, who goes', async () => {
      const server = await door.open([Present]);
      const [ada, bob] = [await open(server), await open(server)];
      await ada.says('subscribe den');
      await bob.says('track den Bob');
      await bob.says('track den Robert');
      const [first, second] = [
        { ref: bob.ref, meta: 'Bob' },
        { ref: bob.ref, meta: 'Robert' },
      ];
      expect(JSON.parse(await ada.client.nextText())).toEqual({ topic: 'den', joins: [first], leaves: [] });
      expect(JSON.parse(await ada.client.nextText())).toEqual({ topic: 'den', joins: [second], leaves: [first] });
      bob.client.drop();
      expect(JSON.parse(await ada.client.nextText())).toEqual({ topic: 'den', joins: [], leaves: [second] });
      expect(await server.bus.presence.list('den')).toEqual([]);
    });

    test('takes as many topics as maxSubscriptions allows, and not one more', async () => {
      const server = await door.open([Present]);
      const { client, says } = await open(server);
      await says('track one');
      await says('track two');
      await says('track two again');
      const error = server.nextError();
      client.text('track three');
      expect((await error).error).toMatchObject({ code: 'VAQUERO_LIMIT_EXCEEDED' });
      await client.closed;
    });

    test('in nothing is a crash with a code', async () => {
      const server = await door.open([Present]);
      const { client } = await open(server);
      const error = server.nextError();
      client.text('track');
      expect((await error).error).toMatchObject({ code: 'VAQUERO_INVALID_TOPIC' });
    });

    test('is injected as the container says, where it says something', async () => {
      const own = container.createChildContainer();
      const mine = { list: async () => [{ ref: 'x', meta: 'mine' }] } as never;
      own.registerInstance(Presence, mine);
      const server = await door.open([Present], { container: own });
      const { says } = await open(server);
      expect(JSON.parse(await says('list den'))).toEqual([{ ref: 'x', meta: 'mine' }]);
    });
  });
});
