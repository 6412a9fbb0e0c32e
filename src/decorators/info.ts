import { describe, VaqueroError } from '../core/errors.js';
import { type Class, isClass, nameInfo } from '../core/metadata.js';
import { refuseGiven, refuseStandard } from './misuse.js';

/**
 * Gives an info class its name on the wire, so that it is the same class again on another node. Throws `VAQUERO_DUPLICATE_INFO_NAME` for a
 * name that another class has.
 */
export function Info(name: string): (target: Class) => void {
  if (isClass(name)) refuseGiven('Info', [name], 'a name', "@Info('name.on.the.wire')");
  if (typeof name !== 'string' || name === '') {
    throw new VaqueroError('VAQUERO_INVALID_DECORATOR', `@Info takes a name, got ${describe(name)}.`);
  }
  return (target: Class, context?: unknown) => {
    refuseStandard('Info', context);
    nameInfo(target, name);
  };
}
