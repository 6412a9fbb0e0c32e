import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
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

  test('has the pattern that the router takes before all others that match, whatever the patterns are', () => {
    fc.assert(
      fc.property(fc.array(patterns, { minLength: 2, maxLength: 8 }), (given) => {
        const served = given.filter((one, i) => given.slice(0, i).every((other) => canBeWith(one, other)));
        const router = routerOf(...served);
        for (const path of PATHS) {
          const first = [...served].sort(comparePaths).find((one) => routerOf(one).find(path) !== null);
          expect([path, router.find(path)?.plan.path]).toEqual([path, first]);
        }
      }),
    );
  });
});

const part = fc.constantFrom('a', 'b', ':x', ':y');
const patterns = fc
  .tuple(fc.array(part, { maxLength: 3 }), fc.constantFrom('', '*', '**', '**:rest', ':more+'))
  .map(([parts, last]) => `/${[...parts, last].filter((one) => one !== '').join('/')}`)
  .filter((pattern) => !/(:\w).*\1/.test(pattern));

/** All paths of up to four parts, of which some are in no pattern. */
const PATHS = ['/', ...[1, 2, 3, 4].flatMap((length) => pathsOf(length))];

function pathsOf(length: number): string[] {
  const shorter = length === 1 ? [''] : pathsOf(length - 1);
  return shorter.flatMap((path) => ['a', 'b', 'c'].map((last) => `${path}/${last}`));
}

function routerOf(...paths: string[]): Router {
  return new Router(paths.map((path) => ({ path, name: path }) as Plan));
}

/** Not where both match the same paths, which no server takes. */
function canBeWith(one: string, other: string): boolean {
  try {
    routerOf(one, other);
    return true;
  } catch {
    return false;
  }
}
