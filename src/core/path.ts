import { addRoute, createRouter } from 'rou3';
import { describe } from './errors.js';

/** What is wrong with a path pattern, or undefined. */
export function pathFault(path: unknown): string | undefined {
  if (typeof path !== 'string' || !path.startsWith('/'))
    return `the path must be a string that starts with '/', got ${describe(path)}`;
  try {
    addRoute(createRouter(), '', path, null);
    return undefined;
  } catch (error) {
    return `the path ${describe(path)} has no meaning: ${(error as Error).message.replace(/^rou3: /, '')}`;
  }
}
