import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { malformed, type Refusal, upgradeRequired } from '../../transports/ws/handshake.js';
import type { Bus } from '../bus.js';
import type { Counters } from '../counters.js';
import { VaqueroError } from '../errors.js';
import { Attachment } from './attach.js';
import type { CloseOptions, ServeOptions, Server } from './options.js';
import { checkServeOptions, closeFault, serverLimits } from './server-options.js';

/**
 * Serves handlers on an HTTP server of their own; resolves when it listens. Ordinary requests are answered 426 where there is a handler
 * and 404 elsewhere. Rejects with `VAQUERO_LISTEN_FAILED`, and as {@link attach} does.
 */
export async function serve(options: ServeOptions): Promise<Server> {
  checkServeOptions(options);
  const { port = 0, host, maxHeaderSize = 16_384, ...shared } = options;
  const { handshakeTimeout } = serverLimits(options);
  const httpServer = createServer({
    maxHeaderSize,
    headersTimeout: handshakeTimeout,
    requestTimeout: handshakeTimeout,
    // How often Node looks for requests that take too long.
    connectionsCheckingInterval: Math.min(1_000, handshakeTimeout),
  });
  const attachment = new Attachment(httpServer, shared);
  httpServer.on('request', (request, response) => answer(attachment, request, response));
  await attachment.open();
  try {
    await listen(httpServer, port, host);
  } catch (error) {
    await attachment.close();
    throw error;
  }
  return new OwnServer(httpServer, attachment);
}

/** An attachment that owns its HTTP server. */
class OwnServer implements Server {
  readonly #http: HttpServer;
  readonly #attachment: Attachment;
  #closed: Promise<void> | null = null;

  constructor(httpServer: HttpServer, attachment: Attachment) {
    this.#http = httpServer;
    this.#attachment = attachment;
  }

  get url(): string {
    return this.#attachment.url;
  }

  get bus(): Bus {
    return this.#attachment.bus;
  }

  get connections(): number {
    return this.#attachment.connections;
  }

  get counters(): Readonly<Counters> {
    return this.#attachment.counters;
  }

  close(options: CloseOptions = {}): Promise<void> {
    const fault = closeFault(options);
    if (fault !== undefined) return Promise.reject(fault);
    this.#closed ??= this.#close(options);
    return this.#closed;
  }

  async #close(options: CloseOptions): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
    });
    await this.#attachment.close(options);
    this.#http.closeAllConnections();
    await closed;
  }
}

/** What to do, by Node's code. */
const LISTEN_ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: ' Stop what listens there, or choose another port; 0 finds a free one.',
  EACCES: ' Ports below 1024 are for the administrator: choose another, such as 8080.',
  EADDRNOTAVAIL:
    " The option host must be an address of this machine; leave it out for all, or say '127.0.0.1' for this machine only.",
  ENOTFOUND:
    " The option host must be an address of this machine; leave it out for all, or say '127.0.0.1' for this machine only.",
};

function listen(httpServer: HttpServer, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    httpServer.once('error', (cause: NodeJS.ErrnoException) => {
      const where = host === undefined ? `port ${port}` : `${host}:${port}`;
      const advice = LISTEN_ADVICE[cause.code ?? ''] ?? '';
      reject(new VaqueroError('VAQUERO_LISTEN_FAILED', `Cannot listen on ${where}: ${cause.message}.${advice}`, { cause }));
    });
    httpServer.listen({ port, host }, resolve);
  });
}

/** An ordinary request, to a server that has nothing but WebSockets. */
function answer(attachment: Attachment, request: IncomingMessage, response: ServerResponse): void {
  const { status, headers, body }: Refusal = refusalFor(attachment, request);
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...(headers as Record<string, string>) });
  response.end(body ?? STATUS_CODES[status]);
}

function refusalFor(attachment: Attachment, request: IncomingMessage): Refusal {
  if (attachment.upgrades.route(request) === null) return { status: 404, body: 'No WebSocket handler at this path.' };
  // Half a handshake: without `Connection: Upgrade`, Node takes it for an ordinary request.
  if (request.headers['sec-websocket-key'] !== undefined) return malformed('Connection: Upgrade is missing');
  return upgradeRequired();
}
