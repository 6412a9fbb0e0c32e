import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** What carries bytes to and from a client: a socket of Node's, or what stands for one. */
export interface Carrier extends Duplex {
  setTimeout(ms: number): unknown;
  setNoDelay(on: boolean): unknown;
}

/** Where a request came from, as its socket says. */
export interface Source {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  /** The socket is one of TLS. */
  readonly encrypted?: boolean;
}

/** What is looked at of a request for an upgrade. */
export type RequestHead = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'httpVersionMajor' | 'httpVersionMinor'> & {
  readonly socket: Source;
};
