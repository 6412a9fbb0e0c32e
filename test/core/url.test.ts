import { expect, test } from '@jest/globals';
import { parseUrl } from '../../src/core/url.js';

test('a URL is parsed, and what is none is not', () => {
  expect(parseUrl('https://a.example/b?c')?.host).toBe('a.example');
  expect(parseUrl('a.example')).toBeUndefined();
});

test('a host with letters beyond ASCII is one however often it is asked for', () => {
  // By then everything that can be is compiled for speed.
  for (let i = 0; i < 50_000; i++) parseUrl('https://b\u00fccher.example');
  expect(parseUrl('https://b\u00fccher.example')?.host).toBe('xn--bcher-kva.example');
});
