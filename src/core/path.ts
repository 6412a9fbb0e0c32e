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

/**
 * Orders path patterns as the router tries them, part by part: what is written out, then parameters, then wildcards, whatever these are called. Wildcards are taken to
 * come last, as they are meant to.
 */
export function comparePaths(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [one, other] = [left[i] as string, right[i] as string];
    const kind = kindOf(one);
    if (kind !== kindOf(other)) return kind - kindOf(other);
    if (kind === Part.written && one !== other) return one < other ? -1 : 1;
  }
  return left.length - right.length || (a < b ? -1 : 1);
}

/** A wildcard with a name wants a part at least, so it is tried before one without, which does not. */
const Part = { written: 0, parameter: 1, namedWildcard: 2, wildcard: 3 } as const;

function kindOf(part: string): number {
  if (/^\*\*?$/.test(part)) return Part.wildcard;
  if (/^(\*\*:\w+|:\w+[+*])$/.test(part)) return Part.namedWildcard;
  return /[:*(]/.test(part) ? Part.parameter : Part.written;
}
