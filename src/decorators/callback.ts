import { VaqueroError } from '../core/errors.js';
import { type CallbackKind, type InfoMatcher, recordCallback } from '../core/metadata.js';
import { placeOf, refuseGiven, refuseStandard } from './misuse.js';

/** A prototype, but not a class: what the decorator of an instance's method gets, and that of a static one does not. */
export type Prototype = object & { readonly prototype?: never };

/** The decorator of a method that can be called as `Callback`; of anything else it is a compile error. */
export type CallbackDecorator<Callback extends (...parameters: never[]) => unknown> = <Method extends Callback>(
  prototype: Prototype,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/** Makes a decorator's factory, which takes nothing. */
export function callback<Callback extends (...parameters: never[]) => unknown>(
  name: string,
  kind: CallbackKind,
): () => CallbackDecorator<Callback> {
  return (...given: unknown[]) => {
    if (given.length > 0) refuseGiven(name, given, 'nothing', `@${name}()`);
    return recorder(name, kind);
  };
}

/** Records a method as a callback. What TypeScript did not see of a misplaced decorator is said here. */
export function recorder(name: string, kind: CallbackKind, matcher?: InfoMatcher) {
  return (prototype: object, key: string | symbol, descriptor?: PropertyDescriptor): void => {
    refuseStandard(name, key);
    if (typeof prototype === 'function' || typeof descriptor?.value !== 'function') {
      throw new VaqueroError(
        'VAQUERO_INVALID_DECORATOR',
        `@${name} must be on a method of instances, and ${placeOf(prototype, key, descriptor)}. ${advice(name, key, descriptor)}`,
      );
    }
    recordCallback(prototype, { kind, key, matcher });
  };
}

function advice(name: string, key: string | symbol | undefined, descriptor: unknown): string {
  return key === undefined || typeof descriptor === 'number'
    ? `Write it before a method: @${name}() ${String(key ?? 'name')}(…) { … }.`
    : `Write a method: ${String(key)}(…) { … }.`;
}
