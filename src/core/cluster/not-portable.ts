import { closedBase } from '../built-in.js';
import { isCommand } from '../commands.js';
import { describe, isError, VaqueroError } from '../errors.js';
import { isPlain } from '../plain.js';
import { classOf, MAX_NESTING } from './values.js';

/** Why an info cannot travel, each with what to do instead. */

/** Something that nothing on another node could be made of. */
export function notPortable(value: unknown): VaqueroError {
  return refusal(
    value,
    `. JSON values, bytes, dates, errors, frames and classes with @Info can${typeof value === 'object' && value !== null ? `: ${remedy(value)}` : ''}`,
  );
}

/** A value of a kind that travels, and that is none: what is wrong with it, as the end of a sentence, and what to do. */
export function broken(value: unknown, why: string): VaqueroError {
  return refusal(value, `: ${why}`);
}

/** Something of which the encoder could not see the end. */
export function unreadable(info: unknown, cause: unknown): VaqueroError {
  if (isError(cause) && (cause instanceof RangeError || cause.message.startsWith('Too deep'))) return tooDeep(info, cause);
  return refusal(
    info,
    `: reading it threw ${isError(cause) ? `"${cause.message}"` : describe(cause)}. Send a plain object`,
    cause,
  );
}

/** @param info - the whole of it, for it is nowhere in particular that it is too deep */
export function tooDeep(info: unknown, cause?: unknown): VaqueroError {
  return refusal(
    info,
    `: it is nested too deep, more than ${MAX_NESTING} objects or arrays in each other, or contains itself. Send less of it, or refs to the rest`,
    cause,
  );
}

function remedy(value: object): string {
  if (isCommand(value)) return 'an answer goes to who asked and nowhere else, so send its value';
  const type = isPlain(value) ? undefined : classOf(value);
  if (type === undefined || closedBase(type) !== undefined) return 'send what is in it as a plain object or an array';
  return type.name === ''
    ? 'send a plain object'
    : `give ${type.name} a name with @Info('…') if it is yours, or send a plain object`;
}

function refusal(value: unknown, why: string, cause?: unknown): VaqueroError {
  return new VaqueroError('VAQUERO_INFO_NOT_PORTABLE', `${describe(value)} cannot travel to another node${why}.`, { cause });
}
