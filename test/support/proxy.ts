import { connect, type Socket } from 'node:net';
import { listen } from './fake-redis.js';

/** A proxy that counts, and can become slow. */
export interface CountingProxy {
  readonly port: number;
  /** Bytes that came from the server. */
  received: number;
  /** Takes nothing more from those who are connected; what the server says goes on. */
  stall(): void;
}

/** Listens on a free port until the test ends, and brings everything to and from another. */
export async function countingProxy(to: number): Promise<CountingProxy> {
  const clients: Socket[] = [];
  const port = await listen((client) => {
    const server = connect(to, 'localhost');
    clients.push(client);
    server.on('error', () => client.destroy());
    server.on('data', (chunk) => {
      proxy.received += chunk.length;
    });
    client.on('close', () => server.destroy());
    client.pipe(server).pipe(client);
  });
  const stall = () => {
    for (const client of clients) client.unpipe().pause();
  };
  const proxy = { port, received: 0, stall };
  return proxy;
}
