import { describe, VaqueroError } from '../core/errors.js';
import { type CallbackKind, type InfoMatcher, recordCallback } from '../core/metadata.js';

/** A prototype, but not a class: what the decorator of an instance's method gets, and that of a static one does not. */
export type Prototype = object & { readonly prototype?: never };

/** The decorator of a method that can be called as `Callback`; of anything else it is a compile error. */
export type CallbackDecorator<Callback extends (...parameters: never[]) => unknown> = <Method extends Callback>(
  prototype: Prototype,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/** Records a method as a callback. What TypeScript did not see of a misplaced decorator is said here. */
export function recorder(name: string, kind: CallbackKind, matcher?: InfoMatcher) {
  return (prototype: object, key: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (typeof prototype === 'function' || typeof descriptor?.value !== 'function') {
      const place =
        typeof prototype === 'function' ? `the static ${String(key)}` : `${prototype?.constructor?.name}.${String(key)}`;
      throw new VaqueroError(
        'VAQUERO_INVALID_DECORATOR',
        `@${name} must be on a method of instances, and ${place} is ${describe(descriptor?.value)}.`,
      );
    }
    recordCallback(prototype, { kind, key, matcher });
  };
}
