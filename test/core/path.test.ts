import { describe, expect, test } from '@jest/globals';
import { comparePaths } from '../../src/core/path.js';
import type { Plan } from '../../src/core/plan.js';
import { Router } from '../../src/core/router.js';

/** Patterns in the order that is expected of them. */
const ORDERED = [
  '/',
  '/chat',
  '/chat/lobby',
  '/chat/lobby/news',
  '/chat/lobby/:topic',
  '/chat/:room',
  '/chat/:room/news',
  '/chat/:room/**',
  '/chat/**',
  '/prices',
  '/:any',
  '/:any/lobby',
  '/**',
];

describe('comparePaths', () => {
  test('goes part by part: what is written out, parameters, wildcards', () => {
    expect([...ORDERED].reverse().sort(comparePaths)).toEqual(ORDERED);
    expect([...ORDERED].sort(comparePaths)).toEqual(ORDERED);
  });

  test.each([
    ['/', '/'],
    ['/chat', '/chat'],
    ['/chat/lobby', '/chat/lobby'],
    ['/chat/lobby/news', '/chat/lobby/news'],
    ['/chat/lobby/weather', '/chat/lobby/:topic'],
    ['/chat/barn', '/chat/:room'],
    ['/chat/barn/news', '/chat/:room/news'],
    ['/chat/barn/weather', '/chat/:room/**'],
    ['/chat/lobby/news/old', '/chat/:room/**'],
    ['/other', '/:any'],
    ['/other/lobby', '/:any/lobby'],
    ['/other/barn', '/**'],
  ])('the router takes %s to %s, the first in that order that matches', (path, pattern) => {
    const router = new Router(ORDERED.map((one) => ({ path: one, name: one }) as Plan));
    expect(router.find(path)?.plan.path).toBe(pattern);
    const first = ORDERED.find((one) => new Router([{ path: one, name: one } as Plan]).find(path) !== null);
    expect(first).toBe(pattern);
  });
});
