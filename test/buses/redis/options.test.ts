import { describe, expect, test } from '@jest/globals';
import { RedisBus, type RedisBusOptions } from 'vaquero/redis';
import { parseAddress } from '../../../src/buses/redis/address.js';

/** What the constructor throws; JavaScript can give it anything. */
function fault(options: unknown): Error & { code?: string } {
  try {
    new RedisBus(options as RedisBusOptions);
  } catch (error) {
    return error as Error;
  }
  throw new Error('it took them');
}

describe('the url of a RedisBus', () => {
  const address = { host: 'localhost', port: 6379, tls: false, db: 0, username: '', password: '' };

  test.each([
    ['redis://localhost', address],
    ['redis://localhost/', address],
    ['rediss://redis.example:7000/15', { ...address, host: 'redis.example', port: 7000, tls: true, db: 15 }],
    ['redis://:a%40b%2Fc%25@localhost', { ...address, password: 'a@b/c%' }],
    ['redis://ann:secret@localhost', { ...address, username: 'ann', password: 'secret' }],
    ['redis://[::1]:7000', { ...address, host: '::1', port: 7000 }],
  ])('%s says where and as whom', (url, parsed) => {
    expect(parseAddress(url)).toEqual(parsed);
  });

  test.each([
    'secret',
    'http://:secret@localhost',
    'redis://:secret@',
    'redis://:secret@localhost:port',
    'redis://:secret@localhost/db',
    'redis://:secret@localhost/0/1',
    'redis://:secret@localhost?db=1',
    'redis://:secret@localhost#1',
    'redis://:secret%@localhost',
  ])('%s is refused and not repeated', (url) => {
    const error = fault({ url });
    expect(error.code).toBe('VAQUERO_INVALID_OPTION');
    expect(error.message).toContain('redis://[user:password@]host[:port][/db]');
    expect(`${error.stack} ${error.cause}`).not.toContain('secret');
  });

  test.each([undefined, null, 'redis://:secret@localhost', {}, { url: 6379 }])('is missing in %j', (options) => {
    const error = fault(options);
    expect(error.code).toBe('VAQUERO_INVALID_OPTION');
    expect(error.message).not.toContain('secret');
  });
});

describe('the other options of a RedisBus', () => {
  test('may be left out or given', () => {
    expect(new RedisBus({ url: 'redis://localhost' }).status).toBe('idle');
    expect(
      new RedisBus({
        url: 'redis://localhost',
        connectTimeout: 1,
        prefix: 'app',
        nodeTimeout: 1_000,
        whileDown: 'drop',
        bufferLimit: 0,
      }).status,
    ).toBe('idle');
  });

  test.each([
    [{ connectTimeout: 0 }, 'connectTimeout'],
    [{ connectTimeout: Number.POSITIVE_INFINITY }, 'connectTimeout'],
    [{ prefix: 'a:b' }, 'prefix'],
    [{ conectTimeout: 1 }, 'unknown option conectTimeout'],
  ])('are refused as %j', (options, name) => {
    const error = fault({ url: 'redis://:secret@localhost', ...options });
    expect(error.code).toBe('VAQUERO_INVALID_OPTION');
    expect(error.message).toContain('new RedisBus()');
    expect(error.message).toContain(name);
    expect(error.message).not.toContain('secret');
  });
});
