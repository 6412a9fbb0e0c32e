import { createHash } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { subprotocol } from 'ws';
import type { HeaderValues, Reject } from '../../core/answers.js';
import type { RequestHead } from '../../core/carrier.js';

/** The versions that are spoken: RFC 6455's 13, and 8 and 7 of the drafts that browsers shipped before it. */
export const VERSIONS = [13, 8, 7];

/** Milliseconds that a client has to read a refusal. */
const REFUSAL_TIMEOUT = 5_000;

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** 16 bytes in base64 (RFC 6455, section 4.1). */
const KEY = /^[+/0-9A-Za-z]{22}==$/;

/** A request for an upgrade that is well formed. */
export interface Handshake {
  readonly version: number;
  readonly key: string;
  readonly subprotocols: readonly string[];
  /** The page's origin; the drafts had a header of their own for it. */
  readonly origin: string | undefined;
}

/** What is wrong with a request, as the response that says so. */
export interface Refusal {
  readonly status: number;
  readonly headers?: HeaderValues;
  readonly body?: string;
}

/** Reads the client's part of the opening handshake (RFC 6455, section 4.2.1). */
export function readHandshake(request: RequestHead): Handshake | Refusal {
  const { headers, method } = request;
  if (headers.upgrade?.toLowerCase() !== 'websocket') return upgradeRequired();
  if (method !== 'GET') return malformed('the method must be GET');
  if (request.httpVersionMajor < 1 || (request.httpVersionMajor === 1 && request.httpVersionMinor < 1))
    return malformed('HTTP must be 1.1');
  const version = headers['sec-websocket-version'];
  // Without the header it is hixie-76 or older, which Cowboy refuses too.
  if (version === undefined) return malformed('Sec-WebSocket-Version is missing');
  if (!VERSIONS.map(String).includes(version))
    return { ...upgradeRequired(), body: `Sec-WebSocket-Version must be one of ${VERSIONS.join(', ')}` };
  const key = headers['sec-websocket-key'];
  if (key === undefined || !KEY.test(key)) return malformed('Sec-WebSocket-Key must be 16 bytes in base64');
  try {
    const offered = headers['sec-websocket-protocol'];
    return {
      version: Number(version),
      key,
      subprotocols: offered === undefined ? [] : [...subprotocol.parse(offered)],
      origin: version === '13' ? headers.origin : first(headers['sec-websocket-origin']),
    };
  } catch {
    return malformed('Sec-WebSocket-Protocol must be a list of different tokens');
  }
}

/** The answer to what is no request for a WebSocket, or for a version that is not spoken (RFC 6455, section 4.4). */
export function upgradeRequired(): Refusal {
  return {
    status: 426,
    headers: { upgrade: 'websocket', connection: 'Upgrade, close', 'sec-websocket-version': VERSIONS.join(', ') },
    body: 'This is a WebSocket endpoint: connect with a WebSocket client.',
  };
}

/** 400, with what is wrong with the handshake. */
export function malformed(what: string): Refusal {
  return { status: 400, body: `Malformed WebSocket handshake: ${what}.` };
}

/** The server's part of the opening handshake (RFC 6455, section 4.2.2). */
export function handshakeResponse(
  key: string,
  chosen: string | undefined,
  extensions: string | undefined,
  more: HeaderValues | undefined,
): string {
  const accept = createHash('sha1')
    .update(key + GUID)
    .digest('base64');
  let response = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n`;
  if (chosen !== undefined) response += `Sec-WebSocket-Protocol: ${chosen}\r\n`;
  if (extensions !== undefined) response += `Sec-WebSocket-Extensions: ${extensions}\r\n`;
  return `${response}${headerLines(more)}\r\n`;
}

/** Answers a request for an upgrade with an ordinary response, and ends; false if it was answered before, or the client has gone. */
export function refuse(socket: Duplex, { status, headers, body }: Refusal): boolean {
  if (socket.destroyed || socket.writableEnded) return false;
  const text = body ?? STATUS_CODES[status] ?? '';
  const all: HeaderValues = {
    connection: 'close',
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
    ...lowerCased(headers),
  };
  // A client that does not read its refusal does not keep the socket.
  const deadline = setTimeout(() => socket.destroy(), REFUSAL_TIMEOUT).unref();
  socket.once('close', () => clearTimeout(deadline));
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\n${headerLines(all)}\r\n${text}`);
  return true;
}

/** What a handler's `reject` says, as a refusal. */
export function rejection(reject: Reject): Refusal {
  return { status: reject.status, ...reject.options };
}

function headerLines(headers: HeaderValues | undefined): string {
  let lines = '';
  for (const [name, value] of Object.entries(headers ?? {})) {
    for (const one of typeof value === 'string' ? [value] : value) lines += `${name}: ${one}\r\n`;
  }
  return lines;
}

function lowerCased(headers: HeaderValues | undefined): HeaderValues {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
