import type { ErrorContext } from '../core/logging.js';

/** An error that was reported, and where it came from. */
export interface ReportedError {
  readonly error: Error;
  readonly context: ErrorContext;
}
