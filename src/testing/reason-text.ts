import { NO_STATUS, type TerminateReason } from '../core/close.js';

/** Why a connection ended, in words. */
export function reasonText(reason: TerminateReason): string {
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
