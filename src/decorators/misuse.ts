import { COMPILER_SETTINGS } from '../core/compiler-settings.js';
import { describe, VaqueroError } from '../core/errors.js';

/**
 * Compilers that are not told otherwise call decorators as TC39's standard has it: with what is decorated and a context. Such a decorator
 * can be told no types of parameters, so that nothing could be injected. Throws `VAQUERO_STANDARD_DECORATORS` there.
 */
export function refuseStandard(decorator: string, context: unknown): void {
  if (typeof context !== 'object' || context === null || !('kind' in context)) return;
  const { kind, name } = context as { kind: string; name?: string | symbol };
  throw new VaqueroError(
    'VAQUERO_STANDARD_DECORATORS',
    `@${decorator} on the ${kind} ${String(name)} was compiled as a standard decorator (TC39); vaquero and tsyringe take legacy ones. ${COMPILER_SETTINGS}`,
  );
}

/**
 * Throws `VAQUERO_INVALID_DECORATOR` for what a decorator was given and does not take: what it decorates, where its parentheses are missing, or something else.
 *
 * @param takes - what it does take, for people
 */
export function refuseGiven(decorator: string, given: readonly unknown[], takes: string, example: string): never {
  const [target, key] = given;
  refuseStandard(decorator, key);
  const member = typeof key === 'string' || typeof key === 'symbol';
  if (member || (given.length === 1 && typeof target === 'function')) {
    const place = member ? `${nameOf(target)}.${String(key)}` : describe(target);
    throw new VaqueroError(
      'VAQUERO_INVALID_DECORATOR',
      `@${decorator} is on ${place} without its parentheses. Write ${example}.`,
    );
  }
  throw new VaqueroError(
    'VAQUERO_INVALID_DECORATOR',
    `@${decorator} takes ${takes}, got ${given.map(describe).join(' and ')}. Write ${example}.`,
  );
}

/** What a decorator is on, for people, by what it is called with: a class, a member of one, or a parameter. */
export function placeOf(target: unknown, key: unknown, descriptor: unknown): string {
  const named = key !== undefined && key !== '';
  const member = `${nameOf(target)}.${String(key)}`;
  if (typeof descriptor === 'number')
    return `this is parameter ${descriptor + 1} of ${named ? member : `the constructor of ${nameOf(target)}`}`;
  if (!named) return typeof target === 'function' ? `${nameOf(target)} is a class` : `this is ${describe(target)}`;
  return `${member} is ${typeof target === 'function' ? 'static' : kindOf(descriptor as PropertyDescriptor | undefined)}`;
}

function kindOf(descriptor: PropertyDescriptor | undefined): string {
  if (descriptor === undefined) return 'a property';
  if (!('value' in descriptor)) return 'an accessor';
  return typeof descriptor.value === 'function' ? 'a method' : describe(descriptor.value);
}

function nameOf(target: unknown): string {
  return typeof target === 'function' ? target.name : ((target as object | null | undefined)?.constructor?.name ?? '');
}
