import { NO_STATUS, type TerminateReason } from '../core/close.js';
import { VaqueroError } from '../core/errors.js';
import type { MountedHub } from './mounted-hub.js';

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

function reasonText(reason: TerminateReason): string {
  switch (reason.type) {
    case 'crash':
      return `a callback failed (${reason.error.message})`;
    case 'error':
      return `error ${typeof reason.error === 'string' ? reason.error : reason.error.message}`;
    case 'remote':
      return `the client closed with ${reason.code ?? NO_STATUS}`;
    default:
      return `reason ${reason.type}`;
  }
}
