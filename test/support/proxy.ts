import { connect } from 'node:net';
import { listen } from './fake-redis.js';

/** A proxy that counts. */
export interface CountingProxy {
  readonly port: number;
  /** Bytes that came from the server. */
  received: number;
}

/** Listens on a free port until the test ends, and brings everything to and from another. */
export async function countingProxy(to: number): Promise<CountingProxy> {
  const port = await listen((client) => {
    const server = connect(to, 'localhost');
    server.on('error', () => client.destroy());
    server.on('data', (chunk) => {
      proxy.received += chunk.length;
    });
    client.on('close', () => server.destroy());
    client.pipe(server).pipe(client);
  });
  const proxy = { port, received: 0 };
  return proxy;
}
