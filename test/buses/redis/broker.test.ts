import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { PresenceDiff, type Ref } from 'vaquero';
import { RedisBus } from 'vaquero/redis';
import { parseAddress } from '../../../src/buses/redis/address.js';
import { RedisBroker } from '../../../src/buses/redis/broker.js';
import { PUBLISH } from '../../../src/buses/redis/publisher.js';
import { Events } from '../../support/events.js';
import { countingProxy } from '../../support/proxy.js';
import { describeWithRedis, RedisServer } from '../../support/redis.js';
import { BUFFER_LIMIT, brokerContract, Node } from '../broker-contract.js';

function brokerOf(url: string): RedisBroker {
  const address = parseAddress(url);
  if (address === undefined) throw new Error(`no address: ${url}`);
  return new RedisBroker(address, { prefix: 'test', connectTimeout: 15_000, bufferLimit: BUFFER_LIMIT });
}

describeWithRedis('RedisBroker, as every broker,', () => {
  brokerContract({
    name: 'Redis at localhost:',
    async start() {
      const server = await RedisServer.start({ password: 'p@ss/word' });
      return {
        broker: () => brokerOf(server.url),
        kill: () => server.kill(),
        restart: () => server.restart(),
        freeze: () => server.freeze(),
        thaw: () => server.thaw(),
        stop: () => server.kill(),
      };
    },
  });
});

describeWithRedis('RedisBroker', () => {
  const unavailable = expect.objectContaining({ code: 'VAQUERO_BUS_UNAVAILABLE' });
  let server: RedisServer;
  let nodes: Node[];
  /** One who looks at Redis from outside. */
  let admin: Redis;

  beforeEach(async () => {
    nodes = [];
    server = await RedisServer.start();
    admin = new Redis(server.url);
  });

  afterEach(async () => {
    await Promise.all(nodes.map(({ broker }) => broker.close()));
    admin.disconnect();
    await server.kill();
  });

  async function connected(url = server.url): Promise<Node> {
    const node = new Node(brokerOf(url));
    nodes.push(node);
    await node.broker.connect(node);
    return node;
  }

  test('has one connection, by the name of vaquero', async () => {
    const node = await connected();
    await node.broker.subscribe('news');
    const clients = ((await admin.client('LIST')) as string).split('\n').filter((line) => line.includes(' name=vaquero '));
    expect(clients).toHaveLength(1);
  });

  test('leaves no keys but those under its prefix, and none for good', async () => {
    const node = await connected();
    expect(await admin.keys('*')).toEqual([]);
    await node.broker.keepAlive('n1', 60_000);
    await node.broker.presence.put({ topic: 'room', node: 'n1', id: 'x', meta: Buffer.from('Ann') });
    expect((await admin.keys('*')).sort()).toEqual([
      'test:node:n1',
      'test:presence:node:n1',
      'test:presence:nodes',
      'test:presence:topic:room',
    ]);
    await node.broker.presence.remove({ topic: 'room', node: 'n1', id: 'x' });
    await node.broker.leave('n1');
    expect(await admin.keys('*')).toEqual([]);
  });

  test('leaves out of its records of presence what is none, and reports the first', async () => {
    const { broker, failures } = await connected();
    const record = { topic: 'room', node: 'n1', id: 'x', meta: Buffer.from('Ann') };
    await broker.presence.put(record);
    await admin.sadd('test:presence:node:n1', 'stranger', ':', 'y:', 'y:room:2');
    await admin.hset('test:presence:topic:room', 'stranger', '1', 'n1:y:z', '2');
    await admin.hset('test:presence:topic:room:2', 'n1:y', '3');
    expect(await broker.presence.ofNode('n1')).toEqual([record]);
    expect(await broker.presence.list('room')).toEqual([record]);
    const code = 'VAQUERO_MESSAGE_REFUSED';
    expect(failures).toEqual([expect.objectContaining({ code, message: expect.stringContaining('test:presence:node:n1') })]);
  });

  test('forgets a record of presence whose topic Redis has evicted, and its node', async () => {
    const { broker, failures } = await connected();
    for (const id of ['x', 'y']) await broker.presence.put({ topic: 'room', node: 'n1', id, meta: Buffer.from(id) });
    await admin.del('test:presence:topic:room');
    expect(await broker.presence.ofNode('n1')).toEqual([]);
    expect(await broker.presence.nodes()).toEqual([]);
    expect(failures).toEqual([]);
  });

  test('buries dead nodes, whatever is written down of others', async () => {
    await admin.sadd('vaquero:presence:nodes', 'ghost', 'dead');
    await admin.sadd('vaquero:presence:node:ghost', 'stranger');
    await admin.sadd('vaquero:presence:node:dead', 'x:room');
    await admin.hset('vaquero:presence:topic:room', 'dead:x', Buffer.from([0xc0]));
    const errors: Error[] = [];
    const bus = new RedisBus({ url: server.url, nodeTimeout: 300, onError: (error) => errors.push(error) });
    const announced = new Events<unknown>();
    await bus.connect();
    await bus.subscribe('room', { deliver: (info) => announced.push(info), ask: () => undefined });
    expect(await announced.next()).toEqual(new PresenceDiff('room', [], [{ ref: 'dead.x' as Ref, meta: null }]));
    await bus.close();
    expect(await admin.smembers('vaquero:presence:nodes')).toEqual(['ghost']);
    expect(errors).toEqual([expect.objectContaining({ code: 'VAQUERO_MESSAGE_REFUSED' })]);
  });

  test('is sent nothing of what others tell each other', async () => {
    const way = await countingProxy(server.port);
    const [a, b] = await Promise.all([connected(), connected()]);
    const outside = await connected(`redis://localhost:${way.port}`);
    await b.broker.subscribe('news');
    await outside.broker.alive(['n1']);
    const before = way.received;
    for (let i = 0; i < 1_000; i++) a.publish('news', `${i}`);
    await b.next(1_000);
    await outside.broker.alive(['n1']);
    // The answer to the last question, and those to some pings; not one of a thousand messages.
    expect(way.received - before).toBeLessThan(200);
  });

  test('finds its way back when its connection is cut', async () => {
    const node = await connected();
    await node.broker.subscribe('news');
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    expect([await node.changes.next(), await node.changes.next()]).toEqual(['down', 'up']);
    await admin.publish('news', 'x');
    expect(await node.messages.next()).toBe('news x');
  });

  test('looks for another master when its own is none any more', async () => {
    const node = await connected();
    await admin.replicaof('127.0.0.1', 1);
    await expect(node.broker.keepAlive('n1', 60_000)).rejects.toEqual(unavailable);
    expect(await node.changes.next()).toBe('down');
    expect(node.causes[0]?.message).toContain('READONLY');
    await admin.replicaof('NO', 'ONE');
    expect(await node.changes.next()).toBe('up');
    await node.broker.keepAlive('n1', 60_000);
  });

  test('gives up a connection that takes too little, though Redis is not silent', async () => {
    const way = await countingProxy(server.port);
    const node = await connected(`redis://localhost:${way.port}`);
    await node.broker.subscribe('news');
    way.stall();
    await admin.publish('news', 'x');
    expect(await node.messages.next()).toBe('news x');
    const message = Buffer.alloc(node.broker.maxPayload);
    for (let i = 0; i < 10; i++) node.broker.publish('void', message);
    expect(await node.changes.next()).toBe('down');
    expect(node.lostMessages).toBe(10);
    expect(await node.changes.next()).toBe('up');
  });

  test('lets nothing that an ended connection left behind come after what was sent since', async () => {
    const [node, listener] = await Promise.all([connected(), connected()]);
    await listener.broker.subscribe('news');
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal');
    expect([await node.changes.next(), await node.changes.next()]).toEqual(['down', 'up']);
    const [fence] = await admin.keys('test:ended:*');
    expect(await admin.pttl(fence as string)).toBeGreaterThan(0);
    // As Redis runs what it finds in the socket of that connection.
    await admin.eval(PUBLISH, 1, fence as string, 'news', 'left behind');
    node.publish('news', 'x');
    expect(await listener.messages.next()).toBe('news x');
  });

  describe('close', () => {
    const sockets = () => process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;

    test('leaves nothing that keeps the process alive', async () => {
      await admin.ping();
      const before = sockets();
      const node = await connected();
      await node.broker.subscribe('news');
      expect(sockets()).toBe(before + 1);
      await node.broker.close();
      expect(sockets()).toBe(before);
    });

    test('ends an attempt to connect', async () => {
      const node = new Node(brokerOf(server.url));
      server.freeze();
      const refused = expect(node.broker.connect(node)).rejects.toEqual(unavailable);
      await node.broker.close();
      await refused;
      server.thaw();
    });
  });
});
