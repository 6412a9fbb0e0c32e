/**
 * Why a connection ended; a closed union, as Cowboy's `terminate_reason()` is. The code that the client sees for each is in
 * {@link closeCode}'s table.
 */
export type TerminateReason =
  /** The upgrade was refused by the handler. */
  | { readonly type: 'normal' }
  /** The handler ended the connection with `close()` or `stop()`. */
  | { readonly type: 'stop' }
  /** Nothing came from the client for the idle timeout. */
  | { readonly type: 'timeout' }
  /** The client closed; `code` and `payload` are there when its close frame had a code. */
  | { readonly type: 'remote'; readonly code?: number; readonly payload?: string }
  /** The protocol or the socket failed. */
  | { readonly type: 'error'; readonly error: ProtocolFault | Error }
  /** A callback threw or rejected, or its reply was invalid. */
  | { readonly type: 'crash'; readonly error: Error }
  /** The server is closing. */
  | { readonly type: 'shutdown' };

/**
 * What can be wrong with what came: `badframe` against RFC 6455's framing, `badencoding` text or a close reason that is not
 * UTF-8, `badsize` a message over `maxFrameSize`, `overflow` a bound that was passed, `closed` a socket gone without a close frame.
 */
export type ProtocolFault = 'badframe' | 'badencoding' | 'badsize' | 'overflow' | 'closed';

const FAULT_CODES: Record<ProtocolFault, number | null> = {
  badframe: 1002,
  badencoding: 1007,
  badsize: 1009,
  overflow: 1013,
  closed: null,
};

/** What stands for a close frame without a code, and is never sent itself (RFC 6455, section 7.4.1). */
export const NO_STATUS = 1005;

/** The code of the close frame that a reason sends; `null` where no close frame can be sent (RFC 6455, section 7.4.1). */
export function closeCode(reason: TerminateReason): number | null {
  switch (reason.type) {
    case 'normal':
      return null;
    case 'stop':
    case 'timeout':
      return 1000;
    case 'remote':
      return reason.code ?? NO_STATUS;
    case 'error':
      return typeof reason.error === 'string' ? FAULT_CODES[reason.error] : null;
    case 'crash':
      return 1011;
    case 'shutdown':
      return 1012;
  }
}
