import { VaqueroError } from '../core/errors.js';
import type { MountedHub } from './mounted-hub.js';
import { reasonText } from './reason-text.js';

/** Why no frame comes from a connection any more. */
export function noFrame(handler: string, { life, errors }: MountedHub): VaqueroError {
  const reason = life?.reason;
  const cause = reason?.type === 'crash' ? reason.error : errors.at(-1)?.error;
  const why = reason ? `: ${reasonText(reason)}` : '';
  return new VaqueroError(
    'VAQUERO_NO_FRAME',
    `The connection to ${handler} has ended, and no frame of it is left${why}.`,
    cause && { cause },
  );
}
