import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { createServer as createTlsServer } from 'node:tls';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { VaqueroError } from 'vaquero';
import { RedisBus } from 'vaquero/redis';
import { type Address, parseAddress } from '../../../src/buses/redis/address.js';
import { RedisBroker } from '../../../src/buses/redis/broker.js';
import { CERTIFICATE } from '../../support/certificate.js';
import { fakeRedis, listen } from '../../support/fake-redis.js';
import { describeWithRedis, RedisServer } from '../../support/redis.js';
import { Node } from '../broker-contract.js';

const USER = 'ann@ranch';
const PASSWORD = 's3cr%t/of:ann';
const CREDENTIALS = `${encodeURIComponent(USER)}:${encodeURIComponent(PASSWORD)}`;
const HELLO = '%3\r\n$5\r\nproto\r\n:3\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n';

/** What `connect` rejects with, after it was looked through for user and password. The time is for those alone that it must run out for. */
async function refusal(url: string, connectTimeout = 15_000): Promise<VaqueroError> {
  const bus = new RedisBus({ url, connectTimeout });
  const error = await bus.connect().then(
    () => bus.close().then(() => undefined),
    (reason: unknown) => reason,
  );
  if (!VaqueroError.is(error)) throw new Error(`connected, or rejected with ${inspect(error)}`);
  expect(bus.status).toBe('closed');
  expect(error.message).toContain(`Redis at ${new URL(url).hostname}:${new URL(url).port}`);
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    const shown = `${inspect(one, { depth: null, showHidden: true })} ${one.stack}`;
    for (const secret of [USER, PASSWORD, encodeURIComponent(USER), encodeURIComponent(PASSWORD)])
      expect(shown).not.toContain(secret);
  }
  return error;
}

describe('connect, where there is no Redis,', () => {
  test('rejects when nobody listens', async () => {
    const error = await refusal(`redis://${CREDENTIALS}@localhost:1`);
    expect(error.code).toBe('VAQUERO_BUS_UNAVAILABLE');
    expect(error.message).toContain('ECONNREFUSED');
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('rejects when there is no such host', async () => {
    const error = await refusal(`redis://${CREDENTIALS}@redis.invalid:6379`);
    expect(error.code).toBe('VAQUERO_BUS_UNAVAILABLE');
    expect(error.message).toContain('redis.invalid');
  });

  test('rejects in time when nothing is answered', async () => {
    const port = await listen(() => undefined);
    const error = await refusal(`redis://${CREDENTIALS}@localhost:${port}`, 300);
    expect(error).toMatchObject({ code: 'VAQUERO_BUS_UNAVAILABLE', message: expect.stringContaining('no answer within 300 ms') });
  });

  test('rejects in time when the first is answered and no more', async () => {
    const port = await fakeRedis((command) => (command === 'HELLO' ? HELLO : command === 'CLIENT' ? '+OK\r\n' : ''));
    const error = await refusal(`redis://${CREDENTIALS}@localhost:${port}`, 300);
    expect(error).toMatchObject({ code: 'VAQUERO_BUS_UNAVAILABLE', message: expect.stringContaining('no answer within 300 ms') });
  });

  test('rejects when the connection is closed at once', async () => {
    const port = await listen((socket) => socket.end());
    expect(await refusal(`redis://${CREDENTIALS}@localhost:${port}`)).toMatchObject({ code: 'VAQUERO_BUS_UNAVAILABLE' });
  });

  test('rejects what speaks another protocol', async () => {
    const port = await listen((socket) => socket.once('data', (said) => socket.end(`HTTP/1.1 400 Bad Request\r\n\r\n${said}`)));
    const error = await refusal(`redis://${CREDENTIALS}@localhost:${port}`);
    expect(error.code).toBe('VAQUERO_BUS_UNSUPPORTED');
    expect(error.message).toContain('what answers there is no Redis. Give the url of one Redis, version 6.0 or later');
    expect(error.message).not.toContain('report');
  });

  test.each([
    ['repeats what it is told', (socket: Socket) => socket.pipe(socket)],
    ['says the same to everything', (socket: Socket) => socket.on('data', () => socket.write('+OK\r\n'))],
    ['answers everything with nothing', (socket: Socket) => socket.on('data', () => socket.write('_\r\n'))],
  ])('rejects what %s', async (_, answer) => {
    const error = await refusal(`redis://${CREDENTIALS}@localhost:${await listen(answer)}`);
    expect(error).toMatchObject({ code: 'VAQUERO_BUS_UNSUPPORTED', message: expect.stringContaining('is no Redis') });
  });

  test('rejects one that is too old, though it repeats the password', async () => {
    const port = await fakeRedis((command, args) => {
      if (command === 'AUTH' || command === 'CLIENT') return '+OK\r\n';
      return `-ERR unknown command \`${command}\`, with args beginning with: ${args.map((arg) => `\`${arg}\`, `).join('')}\r\n`;
    });
    const error = await refusal(`redis://${CREDENTIALS}@localhost:${port}`);
    expect(error.code).toBe('VAQUERO_BUS_UNSUPPORTED');
    expect(error.message).toContain('unknown command `HELLO`');
  });

  test('hides user and password where they are repeated', async () => {
    const port = await fakeRedis((_, args) => `-ERR ${args.join(' ')} ${encodeURIComponent(PASSWORD)}\r\n`);
    const error = await refusal(`redis://${CREDENTIALS}@localhost:${port}`);
    expect(error.message).toContain('3 AUTH *** *** ***');
  });

  test('rejects one that still loads its data', async () => {
    const port = await fakeRedis((command) => {
      if (command === 'HELLO') return HELLO;
      return command === 'CLIENT' ? '+OK\r\n' : '-LOADING Redis is loading the dataset in memory\r\n';
    });
    const error = await refusal(`redis://${CREDENTIALS}@localhost:${port}`);
    expect(error).toMatchObject({ code: 'VAQUERO_BUS_UNAVAILABLE', message: expect.stringContaining('LOADING') });
  });

  test('rejects a Sentinel', async () => {
    const port = await fakeRedis(() => HELLO.replace('$10\r\nstandalone', '$8\r\nsentinel'));
    const error = await refusal(`redis://${CREDENTIALS}@localhost:${port}`);
    expect(error).toMatchObject({ code: 'VAQUERO_BUS_UNSUPPORTED', message: expect.stringContaining('sentinel mode') });
  });

  describe('but TLS,', () => {
    const servers: { close(): void }[] = [];
    afterEach(() => {
      for (const server of servers.splice(0)) server.close();
    });

    async function tls(): Promise<number> {
      const server = createTlsServer(CERTIFICATE, (socket) => socket.on('error', () => undefined)).listen(0);
      servers.push(server);
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    }

    test('rejects when the url says nothing of it', async () => {
      const error = await refusal(`redis://${CREDENTIALS}@localhost:${await tls()}`);
      expect(error.code).toBe('VAQUERO_BUS_UNAVAILABLE');
    });

    test('rejects a certificate that nobody trusts', async () => {
      const error = await refusal(`rediss://${CREDENTIALS}@localhost:${await tls()}`);
      expect(error).toMatchObject({ code: 'VAQUERO_BUS_UNAVAILABLE', cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
    });
  });
});

describeWithRedis('connect, where there is a Redis,', () => {
  let redis: RedisServer | undefined;

  afterEach(() => redis?.kill());

  const start = async (...args: string[]) => {
    redis = await RedisServer.start({ args });
    return (credentials = '') => `redis://${credentials}localhost:${redis?.port}`;
  };
  /** With a user who may do what is said. */
  const startWithUser = async (...rules: string[]) =>
    (await start('--user', USER, 'on', `>${PASSWORD}`, ...rules))(`${CREDENTIALS}@`);

  test('rejects a wrong password', async () => {
    redis = await RedisServer.start({ password: 'another' });
    expect(await refusal(`redis://:${encodeURIComponent(PASSWORD)}@localhost:${redis.port}`)).toMatchObject({
      code: 'VAQUERO_BUS_DENIED',
      message: expect.stringContaining('WRONGPASS'),
    });
  });

  test('rejects no password where one is needed', async () => {
    redis = await RedisServer.start({ password: 'another' });
    expect(await refusal(`redis://localhost:${redis.port}`)).toMatchObject({
      code: 'VAQUERO_BUS_DENIED',
      message: expect.stringContaining('NOAUTH'),
    });
  });

  test('rejects a user whom it does not know', async () => {
    const url = await start();
    expect(await refusal(url(`${CREDENTIALS}@`))).toMatchObject({ code: 'VAQUERO_BUS_DENIED' });
  });

  test.each([
    ['the channels', ['~*', 'resetchannels', '&other.*', '+@all']],
    ['the keys', ['~other:*', '&*', '+@all']],
    ['to subscribe', ['~*', '&*', '+@all', '-subscribe']],
    ['to run scripts', ['~*', '&*', '+@all', '-eval']],
    ['to publish, as scripts do', ['~*', '&*', '+@all', '-publish']],
  ])('rejects a user who is not allowed %s', async (_, rules) => {
    const url = await startWithUser(...rules);
    const error = await refusal(url);
    expect(error.code).toBe('VAQUERO_BUS_DENIED');
    expect(error.message).toMatch(/permission|can't/);
    // Also where the bus has not begun to use it.
    const broker = new RedisBroker(parseAddress(url) as Address, { prefix: 'vaquero', connectTimeout: 15_000, bufferLimit: 0 });
    const connecting = broker.connect(new Node(broker)).finally(() => broker.close());
    await expect(connecting).rejects.toMatchObject({ code: 'VAQUERO_BUS_DENIED' });
  });

  /** What RedisBus says that it needs. */
  const COMMANDS = '@connection @pubsub eval set mget del exists hset hget hdel hgetall sadd srem smembers'.split(' ');

  test.each([...COMMANDS.slice(2), 'ping', 'subscribe', 'unsubscribe', 'publish'])(
    'rejects a user who is not allowed %s, and leaves nothing behind',
    async (command) => {
      const url = await startWithUser('~vaquero:*', 'resetchannels', '&vaquero.*', '+@all', `-${command}`);
      expect((await refusal(url)).code).toBe('VAQUERO_BUS_DENIED');
      const admin = new Redis(`redis://localhost:${redis?.port}`);
      const keys = await admin.keys('*').finally(() => admin.disconnect());
      // That of a node lasts for a millisecond.
      expect(keys.filter((key) => !key.startsWith('vaquero:node:'))).toEqual([]);
    },
  );

  test('takes a user who may do what RedisBus says that it needs', async () => {
    const url = await startWithUser(
      '~vaquero:*',
      'resetchannels',
      '&vaquero.*',
      '-@all',
      ...COMMANDS.map((command) => `+${command}`),
    );
    const errors: Error[] = [];
    const [a, b] = [0, 1].map(() => new RedisBus({ url, onError: (error) => errors.push(error) })) as [RedisBus, RedisBus];
    await Promise.all([a.connect(), b.connect()]);
    const ref = a.register({ deliver: () => undefined, ask: (request) => request.answer('here') });
    expect(await b.request(ref, 'where?')).toBe('here');
    await a.presence.track('room', ref, { name: 'Ann' });
    expect(await b.presence.list('room')).toEqual([{ ref, meta: { name: 'Ann' } }]);
    a.presence.untrack('room', ref);
    await Promise.all([a.close(), b.close()]);
    expect(errors).toEqual([]);
  });

  test('rejects a replica', async () => {
    const url = await start('--replicaof', '127.0.0.1', '1');
    expect(await refusal(url())).toMatchObject({ code: 'VAQUERO_BUS_UNSUPPORTED', message: expect.stringContaining('replica') });
  });

  test('rejects a node of Redis Cluster', async () => {
    const url = await start(
      '--cluster-enabled',
      'yes',
      '--dir',
      tmpdir(),
      '--cluster-config-file',
      `vaquero-${process.pid}.conf`,
    );
    expect(await refusal(url())).toMatchObject({
      code: 'VAQUERO_BUS_UNSUPPORTED',
      message: expect.stringContaining('cluster mode'),
    });
  });

  test('rejects while there are too many clients', async () => {
    const url = await start('--maxclients', '1');
    const only = connect(Number(new URL(url()).port), '127.0.0.1');
    only.write('PING\r\n');
    expect(String(await once(only, 'data'))).toBe('+PONG\r\n');
    expect(await refusal(url())).toMatchObject({
      code: 'VAQUERO_BUS_UNAVAILABLE',
      message: expect.stringContaining('max number'),
    });
    only.destroy();
  });

  test('rejects in time when the url says TLS and there is none', async () => {
    const url = await start();
    expect(await refusal(url().replace('redis:', 'rediss:'), 300)).toMatchObject({ code: 'VAQUERO_BUS_UNAVAILABLE' });
  });
});
