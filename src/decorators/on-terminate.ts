import type { TerminateReason } from '../core/close.js';
import type { Connection } from '../core/connection/connection.js';
import { type CallbackDecorator, callback } from './callback.js';

/** Called exactly once for every instance that was made, after the callback in flight, whatever happened; a promise is awaited. */
export const OnTerminate: () => CallbackDecorator<(reason: TerminateReason, connection: Connection<never>) => unknown> = callback(
  'OnTerminate',
  'terminate',
);
