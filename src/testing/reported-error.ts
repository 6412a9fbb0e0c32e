import type { ErrorContext } from '../core/runtime.js';

/** An error that was reported, and where it came from. */
export interface ReportedError {
  readonly error: Error;
  readonly context: ErrorContext;
}
