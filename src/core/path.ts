import { addRoute, compareRoutes, createRouter, findRoute } from 'rou3';
import { describe } from './errors.js';

/** How other routers write a parameter: `{id}`, `[id]`, `<id>`. */
const FOREIGN_PARAMETER = /\/(?:\{(\w+)\}|\[(\w+)\]|<(\w+)>)(?=\/|$)/;

/** What is wrong with a path pattern, or undefined. */
export function pathFault(path: unknown): string | undefined {
  if (typeof path !== 'string' || !path.startsWith('/')) {
    const instead = typeof path === 'string' && /^[\w:]/.test(path) && !path.includes('//') ? `; write '/${path}'` : '';
    return `the path must be a string that starts with '/', got ${describe(path)}${instead}`;
  }
  const foreign = FOREIGN_PARAMETER.exec(path);
  if (foreign !== null) {
    const name = foreign[1] ?? foreign[2] ?? foreign[3];
    return `in the path ${describe(path)} nothing is a parameter; write '/:${name}' for '${foreign[0]}'`;
  }
  if (path.includes('#')) return `the path ${describe(path)} matches nothing: what follows a # is not sent to servers`;
  try {
    addRoute(createRouter(), '', path, null);
    return undefined;
  } catch (error) {
    return `the path ${describe(path)} has no meaning: ${(error as Error).message.replace(/^rou3: /, '')}`;
  }
}

/** Whether a pattern without faults matches a path. */
export function pathMatches(pattern: string, path: string): boolean {
  const router = createRouter<true>();
  addRoute(router, '', pattern, true);
  return findRoute(router, '', path) !== undefined;
}

/** Whether two patterns without faults match the same paths. */
export function samePaths(a: string, b: string): boolean {
  return compareRoutes(a, b) === 'equal';
}

/** Orders path patterns as the router tries them, part by part: what is written out, then parameters, then wildcards. */
export function comparePaths(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [one, other] = [left[i] as string, right[i] as string];
    const byRank = rank(one) - rank(other);
    if (byRank !== 0) return byRank;
    if (one !== other) return one < other ? -1 : 1;
  }
  return left.length - right.length;
}

function rank(part: string): number {
  if (part.includes('**')) return 2;
  return /[:*]/.test(part) ? 1 : 0;
}
