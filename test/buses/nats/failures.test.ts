import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { tokenAuthenticator } from '@nats-io/transport-node';
import { VaqueroError } from 'vaquero';
import { NatsBus, type NatsBusOptions } from 'vaquero/nats';
import { CERTIFICATE } from '../../support/certificate.js';
import { Events } from '../../support/events.js';
import { fakeNats } from '../../support/fake-nats.js';
import { listen } from '../../support/fake-redis.js';
import { describeWithNats, NatsServer, type NatsSettings } from '../../support/nats.js';

const USER = 'ann@ranch';
const PASSWORD = 's3cr%t/of:ann';
const CREDENTIALS = `${encodeURIComponent(USER)}:${encodeURIComponent(PASSWORD)}`;

/** What `connect` rejects with, after it was looked through for the password. The time is for those alone that it must run out for. */
async function refusal(options: NatsBusOptions): Promise<VaqueroError> {
  const bus = new NatsBus({ connectTimeout: 15_000, ...options });
  const error = await bus.connect().then(
    () => bus.close().then(() => undefined),
    (reason: unknown) => reason,
  );
  if (!VaqueroError.is(error)) throw new Error(`connected, or rejected with ${inspect(error)}`);
  expect(bus.status).toBe('closed');
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    const shown = `${inspect(one, { depth: null, showHidden: true })} ${one.stack}`;
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)]) expect(shown).not.toContain(secret);
  }
  return error;
}

const at = (port: number) => `nats://${CREDENTIALS}@127.0.0.1:${port}`;

/** Words are patterns; the milliseconds that a server had are what was left of the time when its turn came. */
const says = (code: string, ...words: string[]) =>
  expect.objectContaining({ code: `VAQUERO_BUS_${code}`, message: expect.stringMatching(words.join('.*')) });

describe('connect, where there is no NATS server,', () => {
  test('rejects when nobody listens', async () => {
    const error = await refusal({ servers: at(1) });
    expect(error).toEqual(says('UNAVAILABLE', '^NATS at 127.0.0.1:1 cannot be reached', 'Start nats-server with -js'));
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('rejects when there is no such host', async () => {
    const error = await refusal({ servers: `nats://${CREDENTIALS}@nats.invalid` });
    expect(error).toEqual(says('UNAVAILABLE', '^NATS at nats.invalid:4222'));
  });

  test('rejects in time when nothing is said, and lets go of the connection', async () => {
    const sockets = new Events<Socket>();
    const port = await listen((socket) => sockets.push(socket));
    expect(await refusal({ servers: at(port), connectTimeout: 300 })).toEqual(
      says('UNAVAILABLE', `:${port} did not answer within \\d+ ms`),
    );
    const socket = await sockets.next();
    if (!socket.closed) await once(socket, 'close');
    expect(sockets.all).toHaveLength(1);
  });

  test('rejects in time when it greets and says no more', async () => {
    const port = await fakeNats({});
    expect(await refusal({ servers: at(port), connectTimeout: 300 })).toEqual(
      says('UNAVAILABLE', 'did not answer within \\d+ ms'),
    );
  });

  test('rejects in time when it answers the first and no more', async () => {
    const port = await fakeNats({}, (said) => (said.startsWith('CONNECT') ? 'PONG\r\n' : ''));
    expect(await refusal({ servers: at(port), connectTimeout: 300 })).toEqual(
      says('UNAVAILABLE', 'did not answer within \\d+ ms'),
    );
  });

  test('rejects when the connection is closed at once', async () => {
    const port = await listen((socket) => socket.end());
    expect(await refusal({ servers: at(port) })).toEqual(says('UNAVAILABLE', 'closed the connection'));
  });

  test.each([
    'HTTP/1.1 400 Bad Request\r\n\r\n',
    'SSH-2.0-OpenSSH\r\n',
    '220 mail\r\n',
    'INFO redis_version\r\n',
    'INFO {}\r\n',
    `INFO {"${'x'.repeat(70_000)}`,
  ])('rejects what greets with %j', async (greeting) => {
    const port = await listen((socket) => socket.write(greeting));
    expect(await refusal({ servers: at(port) })).toEqual(says('UNSUPPORTED', `:${port}: what answers there is no NATS server`));
  });

  test.each(['0.9.6', '2.8.4', 'next'])('rejects a server of version %s', async (version) => {
    const port = await fakeNats({ version });
    expect(await refusal({ servers: at(port) })).toEqual(says('UNSUPPORTED', version, '2\\.9 is the oldest'));
  });

  test('rejects one that takes no more connections', async () => {
    const port = await listen((socket) => socket.end("-ERR 'maximum connections exceeded'\r\n"));
    expect(await refusal({ servers: at(port) })).toEqual(says('UNAVAILABLE', 'maximum connections exceeded'));
  });

  test('hides the password where it is repeated', async () => {
    const port = await fakeNats({}, (said) => `-ERR 'Authorization Violation for ${said.replace(/[\r\n']/g, ' ')}'\r\n`);
    const error = await refusal({ servers: at(port) });
    expect(error).toEqual(says('DENIED', '"pass":"\\*\\*\\*"'));
  });

  test('says of each of many servers why it cannot be used', async () => {
    const silent = await listen(() => undefined);
    const error = await refusal({ servers: [at(1), at(silent)], connectTimeout: 6_000 });
    expect(error).toEqual(says('UNAVAILABLE', '^None of 2 servers'));
    expect(error.message).toContain('NATS at 127.0.0.1:1 cannot be reached');
    expect(error.message).toContain(`NATS at 127.0.0.1:${silent} did not answer`);
  });
});

describeWithNats('connect, where there is a NATS server,', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vaquero-nats-'));
  let server: NatsServer | undefined;

  afterEach(() => server?.stop());
  afterAll(() => rmSync(folder, { recursive: true }));

  async function start(settings?: NatsSettings): Promise<number> {
    server = await NatsServer.start(settings);
    return server.port;
  }

  function file(name: string, content: string): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  const configured = (config: string) => start({ args: ['-c', file('nats.conf', config)] });

  /** A user of ours who may do what is said. */
  const user = (permissions: string) => `{ user: "${USER}", password: "${PASSWORD}", permissions: { ${permissions} } }`;
  const permitted = (permissions: string) => configured(`authorization { users: [${user(permissions)}] }`);

  test('rejects one without JetStream', async () => {
    const port = await start({ jetStream: false });
    expect(await refusal({ servers: at(port) })).toEqual(says('UNSUPPORTED', 'no JetStream', 'start nats-server with -js'));
  });

  test('rejects an account without JetStream', async () => {
    const port = await configured(`accounts { APP { users: [${user('')}] } }`);
    expect(await refusal({ servers: at(port) })).toEqual(says('UNSUPPORTED', 'no JetStream', 'for the account'));
  });

  test('rejects an account whose JetStream has no room', async () => {
    const port = await configured(
      `accounts { APP { users: [${user('')}], jetstream: { max_streams: 0, max_file: 0, max_mem: 0 } } }`,
    );
    expect(await refusal({ servers: at(port) })).toEqual(says('UNAVAILABLE', 'insufficient storage resources available'));
  });

  test.each([
    ['a wrong password', ['--user', USER, '--pass', 'another']],
    ['a user whom it does not know', ['--user', 'another', '--pass', PASSWORD]],
    ['user and password where it asks for a token', ['--auth', 'another']],
  ])('rejects %s', async (_, args) => {
    const port = await start({ args });
    expect(await refusal({ servers: at(port) })).toEqual(says('DENIED', 'Authorization Violation'));
    expect(await refusal({ servers: `127.0.0.1:${port}` })).toEqual(says('DENIED', 'Authorization Violation'));
    expect(await refusal({ servers: `127.0.0.1:${port}`, token: PASSWORD })).toEqual(says('DENIED', 'Authorization Violation'));
  });

  test.each([
    [
      'to publish',
      'publish: ["other.>", "$JS.API.>"], subscribe: ["vaquero.>"]',
      'Publish to "vaquero\\.(check|presence.check)"',
    ],
    ['to subscribe', 'publish: ["vaquero.>", "$JS.API.>"], subscribe: ["vaquero.inbox.>"]', 'Subscription to "vaquero.check"'],
    ['to be answered', 'publish: ["vaquero.>", "$JS.API.>"], subscribe: ["vaquero.check"]', 'Subscription to "vaquero.inbox'],
    ['to use JetStream', 'publish: ["vaquero.>"], subscribe: ["vaquero.>"]', 'Publish to "\\$JS.API'],
    [
      'to take records away',
      'publish: ["vaquero.>", "$JS.API.STREAM.CREATE.*"], subscribe: [">"]',
      'Publish to "\\$JS.API.STREAM.PURGE',
    ],
  ])('rejects a user who is not permitted %s', async (_, permissions, violation) => {
    const port = await permitted(permissions);
    expect(await refusal({ servers: at(port) })).toEqual(says('DENIED', violation));
  });

  test('takes a user who may do what NatsBus says that it needs', async () => {
    const port = await permitted('publish: ["vaquero.>", "$JS.API.>"], subscribe: ["vaquero.>"]');
    const errors: Error[] = [];
    const [a, b] = [0, 1].map(() => new NatsBus({ servers: at(port), onError: (error) => errors.push(error) })) as [
      NatsBus,
      NatsBus,
    ];
    await Promise.all([a.connect(), b.connect()]);
    const ref = a.register({ deliver: () => undefined, ask: (request) => request.answer('here') });
    expect(await b.request(ref, 'where?')).toBe('here');
    await a.presence.track('room', ref, { name: 'Ann' });
    expect(await b.presence.list('room')).toEqual([{ ref, meta: { name: 'Ann' } }]);
    a.presence.untrack('room', ref);
    await Promise.all([a.close(), b.close()]);
    expect(errors).toEqual([]);
  });

  test.each([
    ['user and password', { user: USER, pass: PASSWORD }, ['--user', USER, '--pass', PASSWORD]],
    ['a token', { token: PASSWORD }, ['--auth', PASSWORD]],
    ['an authenticator', { authenticator: tokenAuthenticator(PASSWORD) }, ['--auth', PASSWORD]],
  ])('takes %s as options', async (_, credentials, args) => {
    const bus = new NatsBus({ servers: `localhost:${await start({ args })}`, ...credentials });
    await bus.connect();
    await bus.close();
  });

  test('takes a token in the URL', async () => {
    const port = await start({ args: ['--auth', PASSWORD] });
    const bus = new NatsBus({ servers: `nats://${encodeURIComponent(PASSWORD)}@localhost:${port}` });
    await bus.connect();
    await bus.close();
  });

  test('rejects in time when it is suspended', async () => {
    const port = await start();
    server?.freeze();
    expect(await refusal({ servers: at(port), connectTimeout: 300 })).toEqual(
      says('UNAVAILABLE', 'did not answer within \\d+ ms'),
    );
    server?.thaw();
  });

  test('uses the server of a list that will do', async () => {
    const port = await listen(() => undefined);
    const bus = new NatsBus({ servers: [at(1), at(await start()), at(port)], connectTimeout: 9_000 });
    await bus.connect();
    expect(bus.status).toBe('connected');
    await bus.close();
  });

  describe('and TLS,', () => {
    const secured = () => {
      const args = ['--tls', '--tlscert', file('cert.pem', CERTIFICATE.cert), '--tlskey', file('key.pem', CERTIFICATE.key)];
      return start({ args });
    };

    test.each([{ tls: {} }, { tls: true }])('rejects one that does not offer it: %j', async ({ tls }) => {
      const port = await start();
      const error = await refusal(tls === true ? { servers: at(port).replace('nats:', 'tls:') } : { servers: at(port), tls: {} });
      expect(error).toEqual(says('UNSUPPORTED', 'does not offer TLS'));
    });

    test('rejects a certificate that nobody trusts', async () => {
      const error = await refusal({ servers: at(await secured()).replace('127.0.0.1', 'localhost') });
      expect(error).toEqual(says('UNAVAILABLE', 'self-signed certificate', 'tls: { caFile }'));
    });

    test('rejects a certificate that is of another host', async () => {
      const error = await refusal({ servers: at(await secured()), tls: { ca: CERTIFICATE.cert } });
      expect(error).toEqual(says('UNAVAILABLE', "not in the cert's list", 'tls: { caFile }'));
    });

    test('takes a certificate of an authority that is given', async () => {
      const bus = new NatsBus({ servers: `tls://localhost:${await secured()}`, tls: { ca: CERTIFICATE.cert } });
      await bus.connect();
      await bus.close();
    });
  });
});
