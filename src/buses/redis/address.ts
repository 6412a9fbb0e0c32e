import { parseUrl } from '../../core/url.js';

/** Where a Redis is, and as whom to speak to it. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly db: number;
  /** Empty for the default user. */
  readonly username: string;
  readonly password: string;
}

/** Takes `redis://[user:password@]host[:port][/db]`, or `rediss://…` for TLS, apart; undefined if it is nothing of the kind. */
export function parseAddress(url: unknown): Address | undefined {
  const parsed = typeof url === 'string' ? parseUrl(url) : undefined;
  if (parsed === undefined) return undefined;
  const { protocol, hostname, port, pathname, search, hash, username, password } = parsed;
  const db = /^\/?(\d{0,9})$/.exec(pathname)?.[1];
  if (!/^rediss?:$/.test(protocol) || hostname === '' || db === undefined || search !== '' || hash !== '') return undefined;
  try {
    return {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || 6379),
      tls: protocol === 'rediss:',
      db: Number(db),
      username: decodeURIComponent(username),
      password: decodeURIComponent(password),
    };
  } catch {
    // A `%` that encodes nothing.
    return undefined;
  }
}

/** For people: `Redis at localhost:6379`. */
export function nameOf({ host, port }: Address): string {
  return `Redis at ${host.includes(':') ? `[${host}]` : host}:${port}`;
}
