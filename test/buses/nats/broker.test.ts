import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { NatsBroker } from '../../../src/buses/nats/broker.js';
import { Detour } from '../../support/detour.js';
import { until } from '../../support/events.js';
import { describeWithNats, NatsServer, serverOf } from '../../support/nats.js';
import { BUFFER_LIMIT, brokerContract, Node } from '../broker-contract.js';

const brokerAt = (url: string) =>
  new NatsBroker({ servers: [serverOf(url)], prefix: 'test', connectTimeout: 15_000, bufferLimit: BUFFER_LIMIT });

describeWithNats('NatsBroker, as every broker,', () => {
  brokerContract({
    name: 'NATS at 127.0.0.1:',
    async start() {
      const server = await NatsServer.start({ args: ['--user', 'vaquero', '--pass', 'p@ss/word'] });
      return {
        broker: () => brokerAt(server.url.replace('//', '//vaquero:p%40ss%2Fword@')),
        kill: () => server.kill(),
        restart: () => server.restart(),
        freeze: () => server.freeze(),
        thaw: () => server.thaw(),
        stop: () => server.stop(),
      };
    },
  });
});

describeWithNats('NatsBroker', () => {
  let server: NatsServer;
  let nodes: Node[];

  beforeEach(() => {
    nodes = [];
  });

  afterEach(async () => {
    await Promise.all(nodes.map(({ broker }) => broker.close()));
    await server.stop();
  });

  async function connected(port = server.port): Promise<Node> {
    const node = new Node(brokerAt(`nats://ann:s3cret@127.0.0.1:${port}`));
    nodes.push(node);
    await node.broker.connect(node);
    return node;
  }

  /** A client that is none of ours. */
  async function stranger<T>(act: (connection: NatsConnection) => Promise<T>): Promise<T> {
    const connection = await connect({ servers: server.url });
    const result = await act(connection);
    await connection.close();
    return result;
  }

  const record = { topic: 'room', node: 'n1', id: 'x', meta: Buffer.from('Ann') };

  describe('messages', () => {
    /** The messages that the server has sent to clients, and what they are subscribed to. */
    const clients = async () =>
      (await server.ask('/connz?subs=1')).connections as { out_msgs: number; subscriptions_list: string[] }[];

    test('cost the connection of a node that is not subscribed nothing', async () => {
      server = await NatsServer.start();
      const [a, b, c] = [await connected(), await connected(), await connected()];
      await c.broker.subscribe('busy');
      const before = (await clients()).map((client) => client.out_msgs);
      for (let i = 0; i < 1_000; i++) a.publish('busy', 'x');
      await c.next(1_000);
      expect((await clients()).map((client, i) => client.out_msgs - (before[i] as number))).toEqual([0, 0, 1_000]);
      expect(b.messages.all).toEqual([]);
    });

    test('do not come back to the node that published them', async () => {
      server = await NatsServer.start();
      const [a, b] = [await connected(), await connected()];
      await Promise.all([a.broker.subscribe('news'), b.broker.subscribe('news')]);
      a.publish('news', 'mine');
      b.publish('news', 'yours');
      expect(await a.messages.next()).toBe('news yours');
      expect(await b.messages.next()).toBe('news mine');
    });

    test('are not taken for unheard on the word of a stranger', async () => {
      server = await NatsServer.start();
      const a = await connected();
      const inbox = (await clients())
        .flatMap((client) => client.subscriptions_list)
        .find((subject) => /inbox\..+\.\*$/.test(subject));
      await stranger(async (connection) => {
        connection.publish((inbox as string).replace('*', 'forged'), 'x');
        await connection.flush();
      });
      a.post('nobody', 'x', 'true');
      expect(await a.tags.next()).toBe('true');
    });
  });

  describe('a server that freezes', () => {
    test('is noticed though the socket is full, and found again', async () => {
      server = await NatsServer.start();
      const a = await connected();
      server.freeze();
      const large = 'x'.repeat(1_000_000);
      for (let i = 0; i < 40; i++) a.publish('void', large);
      expect(await a.changes.next()).toBe('down');
      expect(a.lostMessages).toBe(40);
      server.thaw();
      expect(await a.changes.next()).toBe('up');
    });

    test('makes no message of a lost connection come after those of the next', async () => {
      server = await NatsServer.start();
      const detour = await Detour.to(server.port);
      const [a, b] = [await connected(detour.port), await connected()];
      await b.broker.subscribe('news');
      detour.hold();
      a.publish('news', 'old');
      expect(await a.changes.next()).toBe('down');
      // What is held up gets through when the server is asked whether it has it.
      const released = detour.heard(/\.there /).then(() => detour.release());
      expect(await a.changes.next()).toBe('up');
      a.publish('news', 'new');
      expect(await b.messages.next()).toBe('news old');
      expect(await b.messages.next()).toBe('news new');
      await released;
    });
  });

  describe('what is stored', () => {
    test('is made again by a server that lost it', async () => {
      server = await NatsServer.start();
      const a = await connected();
      await a.broker.keepAlive('n1', 60_000);
      await a.broker.presence.put(record);
      await server.restart({ wiped: true });
      expect([await a.changes.next(), await a.changes.next()]).toEqual(['down', 'up']);
      expect(await a.broker.alive(['n1'])).toEqual(new Set());
      expect(await a.broker.presence.list('room')).toEqual([]);
      await a.broker.keepAlive('n1', 60_000);
      await a.broker.presence.put(record);
      expect(await a.broker.alive(['n1'])).toEqual(new Set(['n1']));
      expect(await a.broker.presence.nodes()).toEqual(['n1']);
    });

    test('is kept by a server that is started again', async () => {
      server = await NatsServer.start();
      const a = await connected();
      await a.broker.keepAlive('n1', 60_000);
      await a.broker.presence.put(record);
      await a.broker.close();
      await server.restart();
      const b = await connected();
      expect(await b.broker.alive(['n1'])).toEqual(new Set(['n1']));
      expect((await b.broker.presence.list('room')).map(({ id }) => id)).toEqual(['x']);
    });

    test('is there for a node that makes it while another does, which JetStream may call an overlap', async () => {
      server = await NatsServer.start();
      const overlap = JSON.stringify({
        type: 'io.nats.jetstream.api.v1.stream_create_response',
        error: { code: 400, err_code: 10_065, description: 'subjects overlap with an existing stream' },
      });
      let told = 0;
      const { port } = await Detour.to(server.port, (answer) =>
        answer.replace(/\{"type":"io\.nats\.jetstream\.api\.v1\.stream_create_response"[^\r]*\}/g, (made) => {
          told++;
          return overlap.padEnd(made.length);
        }),
      );
      const node = await connected(port);
      await node.broker.keepAlive('n1', 60_000);
      expect(await node.broker.alive(['n1'])).toEqual(new Set(['n1']));
      expect(told).toBeGreaterThan(0);
    });

    test('is made again by the second that writes, where somebody deleted it', async () => {
      server = await NatsServer.start();
      const a = await connected();
      await a.broker.keepAlive('n1', 60_000);
      await stranger(async (connection) => (await jetstreamManager(connection)).streams.delete('test-alive-60000'));
      expect(await a.broker.alive(['n1'])).toEqual(new Set());
      await expect(a.broker.keepAlive('n1', 60_000)).rejects.toMatchObject({ code: 'VAQUERO_BUS_UNSUPPORTED' });
      await a.broker.keepAlive('n1', 60_000);
      expect(await a.broker.alive(['n1'])).toEqual(new Set(['n1']));
    });

    test('is stored as an administrator has it', async () => {
      server = await NatsServer.start();
      await stranger(async (connection) => {
        const { streams } = await jetstreamManager(connection);
        await streams.add({
          name: 'test-presence',
          subjects: ['test.presence.>'],
          max_msgs_per_subject: 1,
          max_bytes: 1_000_000,
        });
      });
      const a = await connected();
      await a.broker.presence.put(record);
      const { config } = await stranger(async (connection) => (await jetstreamManager(connection)).streams.info('test-presence'));
      expect(config.max_bytes).toBe(1_000_000);
    });

    test('is not left in the server when it is taken away', async () => {
      server = await NatsServer.start();
      const a = await connected();
      await a.broker.keepAlive('n1', 60_000);
      await a.broker.presence.put(record);
      await a.broker.presence.remove(record);
      await a.broker.leave('n1');
      const streams = await stranger(async (connection) => (await jetstreamManager(connection)).streams.list().next());
      expect(streams.map(({ config, state }) => [config.name, state.messages]).sort()).toEqual([
        ['test-alive-60000', 0],
        ['test-presence', 0],
      ]);
    });

    test('is listed though there are more records than requests at a time', async () => {
      server = await NatsServer.start();
      const a = await connected();
      const ids = Array.from({ length: 700 }, (_, i) => `x${i}`);
      await Promise.all(ids.map((id) => a.broker.presence.put({ ...record, id, meta: Buffer.from(id) })));
      const listed = await a.broker.presence.list('room');
      expect(listed.map(({ id, meta }) => `${id} ${Buffer.from(meta)}`).sort()).toEqual(ids.map((id) => `${id} ${id}`).sort());
    });
  });

  describe('a channel that is not permitted', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vaquero-nats-'));
    const config = join(folder, 'nats.conf');

    afterAll(() => rmSync(folder, { recursive: true }));

    const deny = (permissions: string) =>
      writeFileSync(config, `authorization { users: [{ user: ann, password: s3cret, permissions: { ${permissions} } }] }`);

    async function start(permissions: string): Promise<void> {
      deny(permissions);
      server = await NatsServer.start({ args: ['-c', config] });
    }

    const denied = (violation: string) =>
      expect.objectContaining({ code: 'VAQUERO_BUS_DENIED', message: expect.stringContaining(violation) });

    test('is refused to who subscribes, and no other is', async () => {
      await start('publish: ">", subscribe: { deny: "secret" }');
      const [a, b] = [await connected(), await connected()];
      const [open, secret] = await Promise.allSettled(['open', 'secret'].map((channel) => a.broker.subscribe(channel)));
      expect(open?.status).toBe('fulfilled');
      expect(secret).toMatchObject({ reason: denied('Subscription to "secret"') });
      b.publish('secret', 'x');
      b.publish('open', 'x');
      expect(await a.messages.next()).toBe('open x');
      expect(a.changes.all).toEqual([]);
    });

    test('is told when something is published there, and the connection stays', async () => {
      await start('publish: { deny: "secret" }, subscribe: ">"');
      const [a, b] = [await connected(), await connected()];
      await b.broker.subscribe('open');
      a.publish('secret', 'x');
      a.publish('open', 'x');
      expect(await b.messages.next()).toBe('open x');
      await until(() => a.failures.length > 0);
      expect(a.failures).toEqual([denied('Publish to "secret"')]);
      expect(a.changes.all).toEqual([]);
    });

    test('is told when it was one before the server came back', async () => {
      await start('publish: ">", subscribe: ">"');
      const [a, b] = [await connected(), await connected()];
      await Promise.all(['open', 'secret'].map((channel) => a.broker.subscribe(channel)));
      await server.kill();
      expect([await a.changes.next(), await b.changes.next()]).toEqual(['down', 'down']);
      const waits = expect(a.broker.subscribe('secret.too')).rejects.toEqual(denied('Subscription to "secret.too"'));
      deny('publish: ">", subscribe: { deny: ["secret", "secret.>"] }');
      await server.restart();
      expect([await a.changes.next(), await b.changes.next()]).toEqual(['up', 'up']);
      await waits;
      expect(a.failures).toEqual([denied('Subscription to "secret"'), denied('Subscription to "secret.too"')]);
      b.publish('open', 'x');
      expect(await a.messages.next()).toBe('open x');
    });
  });
});
