import { closedBase } from '../core/built-in.js';
import { describe, VaqueroError } from '../core/errors.js';
import { type Class, isClass, nameInfo } from '../core/metadata.js';
import { refuseGiven, refuseStandard } from './misuse.js';

/**
 * Gives an info class its name on the wire, so that it is the same class again on another node, with its enumerable fields and, of an error, the message; `#private`
 * fields do not travel, nor an error's `cause` and `stack`. Throws `VAQUERO_DUPLICATE_INFO_NAME` for a name that another class has, and `VAQUERO_INVALID_DECORATOR` for a
 * class that extends a built-in one other than an error.
 */
export function Info(name: string): (target: Class) => void {
  if (isClass(name)) refuseGiven('Info', [name], 'a name', "@Info('name.on.the.wire')");
  if (typeof name !== 'string' || name === '') {
    throw new VaqueroError('VAQUERO_INVALID_DECORATOR', `@Info takes a name, got ${describe(name)}.`);
  }
  return (target: Class, context?: unknown) => {
    refuseStandard('Info', context);
    refuseClosed(target);
    nameInfo(target, name);
  };
}

function refuseClosed(target: Class): void {
  const base = closedBase(target);
  if (base === undefined) return;
  throw new VaqueroError(
    'VAQUERO_INVALID_DECORATOR',
    `@Info cannot be on ${target.name}: what its base ${base} holds is in no field, and would not arrive on another node. ` +
      'Keep it in a field: arrays, dates and bytes travel as they are, what is in a Map or Set as an array.',
  );
}
