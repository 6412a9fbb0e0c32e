import { describe, VaqueroError } from './errors.js';

/**
 * What becomes of an info or published frame for which there is no room: the connection ends with 1013 (`close`), the oldest that waits or
 * the new one is dropped, or only the newest of each key is kept ({@link latest}).
 */
export type OverflowPolicy = 'close' | 'drop-oldest' | 'drop-newest' | Latest;

/** Keeps only the newest message per key; made by {@link latest}. */
export class Latest {
  constructor(readonly key: (info: unknown) => unknown) {}
}

/**
 * Keeps only the newest info per key while a connection cannot keep up, in the order in which the keys first came: for prices, cursors,
 * positions. An info whose key is `undefined` is kept beside all others. Throws `VAQUERO_INVALID_OPTION` unless given a function.
 */
export function latest<Info>(key: (info: Info) => unknown): Latest {
  if (typeof key !== 'function')
    throw new VaqueroError('VAQUERO_INVALID_OPTION', `latest() takes a function, got ${describe(key)}.`);
  return new Latest(key as (info: unknown) => unknown);
}
