/** What this copy of the package goes by. Two may be loaded, of two versions or from two places, and neither knows the classes of the other. */
const COPY = Symbol('vaquero');
const BRAND = Symbol.for('vaquero.copy');

/** Marks a class, and those that extend it, as one of this copy. */
export function brand(target: object): void {
  Object.defineProperty(target, BRAND, { value: COPY, configurable: true });
}

/** Whether a class is of another copy, or was decorated by it. */
export function isForeign(target: unknown): boolean {
  if (typeof target !== 'function') return false;
  const copy = (target as { [BRAND]?: symbol })[BRAND];
  return copy !== undefined && copy !== COPY;
}

/**
 * Says that two copies of a package are loaded, and what to do; without its last full stop.
 *
 * @param sign - what shows it, a sentence of which the copy that vaquero does not use is "the other"
 */
export function twoCopies(name: 'tsyringe' | 'vaquero', sign: string): string {
  return (
    `Two copies of ${name} are loaded, and neither knows the classes of the other: ${sign}. Have one: \`npm ls ${name}\` shows where they come ` +
    'from, and `npm dedupe` makes one of those whose versions allow it'
  );
}
