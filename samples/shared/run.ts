import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { container } from 'tsyringe';
import { attach, type Bus } from 'vaquero';
import { portOf } from './ports.js';
import type { Sample } from './sample.js';
import { site } from './site.js';

/** Milliseconds that open connections get to say goodbye. */
const CLOSE_TIMEOUT = 5_000;

/** Serves samples, pages and sockets on one port, until SIGTERM or SIGINT. Over a bus with a broker they are served together with other nodes. */
export async function run(samples: readonly Sample[], bus?: Bus): Promise<void> {
  const httpServer = createServer(await site(samples));
  const server = await attach(httpServer, { handlers: samples.flatMap((sample) => sample.handlers), ...(bus && { bus }) });
  await listen(httpServer, portOf(process.env.PORT));
  const stops = samples.map((sample) => sample.start?.(container));
  announce(httpServer, samples);

  const shutDown = async (): Promise<void> => {
    for (const stop of stops) stop?.();
    httpServer.close();
    await server.close({ timeout: CLOSE_TIMEOUT });
    httpServer.closeAllConnections();
  };
  // Nothing is left to wait for then, so the process ends by itself, with code 0. A second signal does not wait.
  process.once('SIGTERM', shutDown);
  process.once('SIGINT', shutDown);
}

async function listen(httpServer: HttpServer, port: number): Promise<void> {
  httpServer.listen(port);
  try {
    await once(httpServer, 'listening');
  } catch (cause) {
    throw new Error(`Cannot listen on port ${port}. Is something else there? Choose another with PORT=8090, for example`, {
      cause,
    });
  }
}

function announce(httpServer: HttpServer, samples: readonly Sample[]): void {
  const { port } = httpServer.address() as AddressInfo;
  console.log(`Serving ${samples.map((sample) => sample.name).join(', ')} on http://localhost:${port}`);
}
