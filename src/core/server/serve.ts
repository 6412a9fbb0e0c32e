import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { malformed, type Refusal, upgradeRequired } from '../../transports/ws/handshake.js';
import { VaqueroError } from '../errors.js';
import { Attachment } from './attach.js';
import type { AttachOptions, CloseOptions, ServeOptions, Server } from './options.js';
import { checkServeOptions, serverLimits } from './server-options.js';

/**
 * Serves handlers on an HTTP server of their own; resolves when it listens. Ordinary requests are answered 426 where there is a handler
 * and 404 elsewhere. Rejects with `VAQUERO_LISTEN_FAILED`, and as {@link attach} does; what the HTTP server fails with later goes to
 * `onError`, with the stage `server`.
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
  const server = new OwnServer(httpServer, shared);
  await server.listen(port, host);
  return server;
}

/** Handlers on an HTTP server that nobody else uses, and that is closed with them. */
class OwnServer extends Attachment {
  readonly #http: HttpServer;

  constructor(httpServer: HttpServer, options: AttachOptions) {
    super(httpServer, options);
    this.#http = httpServer;
    httpServer.on('request', (request, response) => answer(this, request, response));
  }

  /** Opens, and resolves when it listens; what fails from then on is reported. */
  async listen(port: number, host: string | undefined): Promise<void> {
    await this.open();
    try {
      await listening(this.#http, port, host);
    } catch (error) {
      await this.abandon().catch(this.#report);
      throw error;
    }
    this.#http.on('error', this.#report);
  }

  readonly #report = (error: Error): void => this.hub.report(error, { stage: 'server' });

  protected override async drain(options: CloseOptions): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
    });
    try {
      await super.drain(options);
    } finally {
      this.#http.closeAllConnections();
      await closed;
    }
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

function listening(httpServer: HttpServer, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException) => {
      const where = host === undefined ? `port ${port}` : `${host}:${port}`;
      const advice = LISTEN_ADVICE[cause.code ?? ''] ?? '';
      reject(new VaqueroError('VAQUERO_LISTEN_FAILED', `Cannot listen on ${where}: ${cause.message}.${advice}`, { cause }));
    };
    httpServer.once('error', failed);
    httpServer.listen({ port, host }, () => {
      httpServer.off('error', failed);
      resolve();
    });
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
