import { isCommand } from '../commands.js';
import { type Class, infoName } from '../metadata.js';
import { isPlain } from '../plain.js';

/** What an application's values are to the codec. */

/** How deep objects, arrays, and instances of classes may lie in each other, whatever they are sent as. */
export const MAX_NESTING = 100;

/** How deep they may lie in a message: what is around an info, or around the metas of a `PresenceDiff`, is less than ten deep. */
export const MAX_DEPTH = MAX_NESTING + 10;

/** The class of an object that is not plain, whatever its fields are called; `undefined` for a generator, whose prototype is of none. */
export function classOf(value: object): Class | undefined {
  const type = (Object.getPrototypeOf(value) as object).constructor;
  return typeof type === 'function' ? (type as unknown as Class) : undefined;
}

/** The `@Info` name of an object's class. */
export function infoNameOf(value: object): string | undefined {
  const type = classOf(value);
  return type && infoName(type);
}

/** Whether more lies in each other in a value than so many levels. It takes as long as to encode it, so that should be done first: that ends where memory does. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null || !hasParts(value)) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const part of value) if (isDeeper(part, levels - 1)) return true;
  } else {
    for (const key in value) if (isDeeper((value as Record<string, unknown>)[key], levels - 1)) return true;
  }
  return false;
}

/** What is encoded with what it holds; bytes, dates and errors without a name are not. */
function hasParts(value: object): boolean {
  return Array.isArray(value) || isPlain(value) || isCommand(value) || infoNameOf(value) !== undefined;
}
