import { VaqueroError } from '../core/errors.js';

/** What a command ends with. */
export const EXIT = { ok: 0, failure: 1, usage: 2 } as const;

/** A command cannot do what it was asked; the message says why, and what to do. */
export class Failure extends Error {
  readonly exitCode: number = EXIT.failure;
}

/** A command was asked something that has no meaning. */
export class UsageFailure extends Failure {
  override readonly exitCode = EXIT.usage;
}

/** What to say of an error, and what to end with. One that nobody expected comes with its stack. */
export function failureOf(error: unknown): { readonly message: string; readonly exitCode: number } {
  if (error instanceof Failure) return error;
  if (VaqueroError.is(error)) return { message: `${error.message} (${error.code})`, exitCode: EXIT.failure };
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error), exitCode: EXIT.failure };
}
