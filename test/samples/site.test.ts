import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { request } from '../support/raw-client.js';
import { type Program, run } from './program.js';

let samples: Program;

beforeAll(async () => {
  samples = await run();
});

afterAll(async () => {
  await samples.stop();
});

const get = (path: string, method = 'GET') => fetch(samples.url + path, { method, redirect: 'manual' });

test.each(['/', '/hello', '/chat', '/chat/lobby', '/prices', '/prices/HERD'])('%s is a page', async (path) => {
  const response = await get(path);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
  expect(await response.text()).toContain('<!doctype html>');
});

test.each(['/nothing', '/static/shared/nothing.js', '/static/../package.json', '/chat/a/b'])('%s is 404', async (path) => {
  expect((await get(path)).status).toBe(404);
});

test('no path leads out of the pages', async () => {
  for (const path of ['/static/../../package.json', '/static/%2e%2e/%2e%2e/package.json', '//etc/passwd']) {
    const { status } = await request(samples.socketUrl, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(status).toBe(404);
  }
});

test('only GET and HEAD are answered', async () => {
  expect((await get('/', 'HEAD')).status).toBe(200);
  expect((await get('/', 'POST')).status).toBe(405);
});

test('a port that is taken, or none, is said so', async () => {
  await expect(run('hello', new URL(samples.url).port)).rejects.toThrow(/ended with 1: .*Choose another with PORT=8090/s);
  await expect(run('hello', 'http')).rejects.toThrow(/ended with 1: .*PORT must be 0 to 65535, got "http"/s);
});
