import type { Awaitable, Reply } from '../core/commands.js';
import type { Connection } from '../core/connection/connection.js';
import { describe, VaqueroError } from '../core/errors.js';
import { type CallbackDecorator, recorder } from './callback.js';
import { refuseGiven } from './misuse.js';

const EXAMPLE = '@OnInfo(), or @OnInfo(SomeClass)';

/** Called with infos that are of the class of the parameter's declared type; a parameter without a class takes everything. */
export function OnInfo(): CallbackDecorator<(info: never, connection: Connection<never>) => Awaitable<Reply>>;
/** Called with infos whose `type` is this tag. */
export function OnInfo(tag: string): CallbackDecorator<(info: never, connection: Connection<never>) => Awaitable<Reply>>;
/** Called with infos that a predicate takes. */
export function OnInfo<Info>(
  predicate: (info: unknown) => info is Info,
): CallbackDecorator<(info: Info, connection: Connection<never>) => Awaitable<Reply>>;
/** Called with infos that a predicate takes. */
export function OnInfo(
  predicate: (info: never) => boolean,
): CallbackDecorator<(info: never, connection: Connection<never>) => Awaitable<Reply>>;
/** Called with infos that are instances of a class. */
export function OnInfo<Info>(
  type: abstract new (...parameters: never[]) => Info,
): CallbackDecorator<(info: Info, connection: Connection<never>) => Awaitable<Reply>>;
/**
 * Called with infos from the bus, timers and monitors, as Cowboy's `websocket_info/2`; what it returns is sent. The `@OnInfo`s of a class
 * are tried in the order in which they are written, as clauses are. Throws `VAQUERO_INVALID_DECORATOR` for anything but a class, tag or predicate.
 */
export function OnInfo(...given: unknown[]): CallbackDecorator<(info: never, connection: Connection<never>) => Awaitable<Reply>> {
  const [matcher] = given;
  // A class that is not there would have taken every info.
  if (given.length === 1 && matcher === undefined) {
    throw new VaqueroError(
      'VAQUERO_INVALID_DECORATOR',
      '@OnInfo was given undefined. A class is that while a circular import is loaded, and so is a name that its module does not export: write the ' +
        'class in a module that imports neither the handler nor what imports it, or take its infos by a tag or a predicate.',
    );
  }
  if (given.length > 1)
    refuseGiven('OnInfo', given, 'one class, tag or predicate, of which each wants an @OnInfo of its own', EXAMPLE);
  if (given.length > 0 && typeof matcher !== 'function' && (typeof matcher !== 'string' || matcher === '')) {
    throw new VaqueroError(
      'VAQUERO_INVALID_DECORATOR',
      `@OnInfo takes a class, a tag, a predicate or nothing, got ${describe(matcher)}.`,
    );
  }
  return recorder('OnInfo', 'info', matcher as Parameters<typeof recorder>[2]);
}
