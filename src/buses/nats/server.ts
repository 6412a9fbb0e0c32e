/** Where a NATS server is, and the credentials that its URL carried. */
export interface NatsServer {
  readonly host: string;
  readonly port: number;
  /** Only over TLS, as `tls://` asks for. */
  readonly tls: boolean;
  readonly credentials: { readonly user: string; readonly pass: string } | { readonly token: string } | undefined;
}

const DEFAULT_PORT = 4222;

/** Takes `nats://user:password@host:port`, `tls://token@host` or `host:port` apart; undefined for anything else. */
export function parseServer(text: string): NatsServer | undefined {
  try {
    const url = new URL(text.includes('://') ? text : `nats://${text}`);
    const tls = url.protocol === 'tls:';
    if (!tls && url.protocol !== 'nats:') return undefined;
    if (url.hostname === '' || !['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '') return undefined;
    return {
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port === '' ? DEFAULT_PORT : Number(url.port),
      tls,
      credentials: credentialsOf(url),
    };
  } catch {
    return undefined; // the error would show the URL, and the URL the password
  }
}

function credentialsOf({ username, password }: URL): NatsServer['credentials'] {
  const user = decodeURIComponent(username);
  if (password !== '') return { user, pass: decodeURIComponent(password) };
  return user === '' ? undefined : { token: user };
}

/** As people write it: `localhost:4222`, `[::1]:4222`. */
export function addressOf({ host, port }: NatsServer): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What errors call it. */
export function nameOf(server: NatsServer): string {
  return `NATS at ${addressOf(server)}`;
}
