import type { RequestHead } from '../carrier.js';
import type { Peer } from '../upgrade-request.js';

/** Where a request comes from and what it was sent to, as the client saw it. */
export interface ForwardedOrigin {
  readonly peer: Peer;
  readonly host: string;
  readonly scheme: 'ws' | 'wss';
}

/**
 * Reads it from the socket and the `Host` header; behind trusted proxies from the headers that they add. Each of so many proxies has
 * appended what it saw, so only the last entries can be believed: what stands before them, anybody can have written.
 */
export function forwardedOrigin(request: RequestHead, proxies: number): ForwardedOrigin {
  const { socket, headers } = request;
  const direct: ForwardedOrigin = {
    peer: { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 },
    host: headers.host ?? '',
    scheme: socket.encrypted ? 'wss' : 'ws',
  };
  if (proxies === 0) return direct;
  const address = entry(headers['x-forwarded-for'], proxies);
  const protocol = entry(headers['x-forwarded-proto'], proxies);
  return {
    // The client's port is not forwarded.
    peer: address === undefined ? direct.peer : { address, port: 0 },
    host: entry(headers['x-forwarded-host'], proxies) ?? direct.host,
    scheme: protocol === undefined ? direct.scheme : protocol === 'https' || protocol === 'wss' ? 'wss' : 'ws',
  };
}

/** The entry that the first trusted proxy wrote: so many from the end, or the first where there are fewer. */
function entry(header: string | string[] | undefined, proxies: number): string | undefined {
  if (header === undefined) return undefined;
  const entries = String(header)
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');
  return entries[Math.max(0, entries.length - proxies)];
}
