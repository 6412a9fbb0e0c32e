import type { IncomingHttpHeaders } from 'node:http';
import { brand } from './copies.js';

/** Who is at the other end. */
export interface Peer {
  /** Its IP address; with `trustProxy`, as a proxy forwarded it. */
  readonly address: string;
  readonly port: number;
}

/** What a request for an upgrade says. */
export interface RequestInfo {
  readonly method: string;
  /** `ws`, or `wss` where the socket is encrypted. */
  readonly scheme: 'ws' | 'wss';
  /** The `Host` header: name and, unless it is the scheme's own, port. */
  readonly host: string;
  /** The path, percent-encoded as it came. */
  readonly path: string;
  /** What follows the `?`, without it. */
  readonly query: string;
  /** Who asks. */
  readonly peer: Peer;
  /** Header names are in lower case, as Node gives them. */
  readonly headers: Readonly<IncomingHttpHeaders>;
}

/** The request that asks for the upgrade: what `@OnUpgrade` decides on. Injectable into handlers; keeping it keeps its headers. */
export class UpgradeRequest implements RequestInfo {
  static {
    brand(UpgradeRequest);
  }

  readonly method: string;
  readonly scheme: 'ws' | 'wss';
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly peer: Peer;
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** What the route's parameters matched, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The sub-protocols that the client offers, in its order. */
  readonly subprotocols: readonly string[];
  /** The version of the protocol that the client speaks: 13, or a draft's 7 or 8. */
  readonly version: number;
  /** The page's origin; `undefined` where no browser asks. */
  readonly origin: string | undefined;

  /** @internal */
  constructor(
    info: RequestInfo,
    params: Readonly<Record<string, string>>,
    subprotocols: readonly string[],
    version: number,
    origin: string | undefined,
  ) {
    this.method = info.method;
    this.scheme = info.scheme;
    this.host = info.host;
    this.path = info.path;
    this.query = info.query;
    this.peer = info.peer;
    this.headers = info.headers;
    this.params = params;
    this.subprotocols = subprotocols;
    this.version = version;
    this.origin = origin;
  }

  /** The full address, with what follows the `?` parsed as `searchParams`. */
  get url(): URL {
    return new URL(`${this.scheme}://${this.host}${this.path}${this.query && `?${this.query}`}`);
  }
}

/** What is kept by default once the connection is open: everything but the headers. */
export function summarize(request: UpgradeRequest): Partial<RequestInfo> {
  return {
    method: request.method,
    scheme: request.scheme,
    host: request.host,
    path: request.path,
    query: request.query,
    peer: request.peer,
  };
}
