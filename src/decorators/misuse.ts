import { COMPILER_SETTINGS } from '../core/compiler-settings.js';
import { describe, VaqueroError } from '../core/errors.js';
import { isClass } from '../core/metadata.js';

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

/** A decorator without its parentheses is called with what it decorates. Throws `VAQUERO_INVALID_DECORATOR` for what it must not be given. */
export function refuseBare(decorator: string, [target, key]: readonly unknown[], example: string): void {
  if (target === undefined) return;
  refuseStandard(decorator, key);
  const place = typeof key === 'string' || typeof key === 'symbol' ? `${nameOf(target)}.${String(key)}` : describe(target);
  throw new VaqueroError('VAQUERO_INVALID_DECORATOR', `@${decorator} is on ${place} without its parentheses. Write ${example}.`);
}

function nameOf(target: unknown): string {
  return isClass(target) ? target.name : ((target as object).constructor?.name ?? '');
}
