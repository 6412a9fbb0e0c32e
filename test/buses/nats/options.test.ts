import { describe, expect, test } from '@jest/globals';
import { tokenAuthenticator } from '@nats-io/transport-node';
import { NatsBus, type NatsBusOptions } from 'vaquero/nats';
import { parseServer } from '../../../src/buses/nats/server.js';

/** What the constructor throws; JavaScript can give it anything. */
function fault(options: unknown): Error & { code?: string } {
  try {
    new NatsBus(options as NatsBusOptions);
  } catch (error) {
    return error as Error;
  }
  throw new Error('it took them');
}

describe('a server of a NatsBus', () => {
  const local = { host: 'localhost', port: 4222, tls: false, credentials: undefined };

  test.each([
    ['localhost', local],
    ['localhost:7000', { ...local, port: 7000 }],
    ['nats://localhost/', local],
    ['tls://nats.example', { ...local, host: 'nats.example', tls: true }],
    ['nats://ann:a%40b%2Fc%25@localhost', { ...local, credentials: { user: 'ann', pass: 'a@b/c%' } }],
    ['nats://t%40ken@localhost', { ...local, credentials: { token: 't@ken' } }],
    ['nats://[::1]:7000', { ...local, host: '::1', port: 7000 }],
    ['127.0.0.1:7000', { ...local, host: '127.0.0.1', port: 7000 }],
  ])('%s says where and as whom', (url, parsed) => {
    expect(parseServer(url)).toEqual(parsed);
  });

  test.each([
    '',
    'nats://',
    'http://:secret@localhost',
    'ws://:secret@localhost',
    'nats://:secret@',
    'nats://:secret@localhost:port',
    'nats://:secret@localhost/path',
    'nats://:secret@localhost?tls',
    'nats://:secret@localhost#1',
    'nats://:secret%@localhost',
  ])('%j is refused and not repeated', (url) => {
    for (const servers of [url, [url], ['nats://localhost', url]]) {
      const error = fault({ servers });
      expect(error.code).toBe('VAQUERO_INVALID_OPTION');
      expect(error.message).toContain('nats://[user:password@]host[:port]');
      expect(`${error.stack} ${error.cause}`).not.toContain('secret');
    }
  });

  test.each([undefined, null, 'nats://:secret@localhost', {}, { servers: [] }, { servers: 4222 }, { servers: [4222] }])(
    'is missing in %j',
    (options) => {
      const error = fault(options);
      expect(error.code).toBe('VAQUERO_INVALID_OPTION');
      expect(error.message).not.toContain('secret');
    },
  );

  test('is one of as many as are listed', () => {
    expect(new NatsBus({ servers: ['localhost:1', 'nats://localhost:2'] }).status).toBe('idle');
  });
});

describe('the other options of a NatsBus', () => {
  test('may be left out or given', () => {
    const options: NatsBusOptions = {
      servers: 'localhost',
      user: 'ann',
      pass: 'secret',
      authenticator: [tokenAuthenticator('secret')],
      tls: { caFile: 'ca.pem' },
      connectTimeout: 1,
      prefix: 'app',
      nodeTimeout: 1_000,
      whileDown: 'drop',
      bufferLimit: 0,
    };
    expect(new NatsBus(options).status).toBe('idle');
    expect(new NatsBus({ servers: 'localhost', token: 'secret' }).status).toBe('idle');
  });

  test.each([
    [{ connectTimeout: 0 }, 'connectTimeout'],
    [{ tls: 'secret' }, 'tls'],
    [{ authenticator: 'secret' }, 'authenticator'],
    [{ authenticator: [] }, 'authenticator'],
    [{ user: 1 }, 'user'],
    [{ pass: ['secret'] }, 'pass'],
    [{ token: 123456 }, 'token'],
    [{ prefix: 'a.b' }, 'prefix'],
    [{ server: 'localhost' }, 'unknown option server'],
  ])('are refused as %j', (options, name) => {
    const error = fault({ servers: 'nats://:secret@localhost', ...options });
    expect(error.code).toBe('VAQUERO_INVALID_OPTION');
    expect(error.message).toContain('new NatsBus()');
    expect(error.message).toContain(name);
    expect(error.message).not.toMatch(/secret|123456/);
  });
});
