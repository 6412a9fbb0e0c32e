import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** `PORT`, or 8080; 0 finds a free one. */
export function portOf(given: string | undefined): number {
  const port = given === undefined || given === '' ? 8080 : Number(given);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`PORT must be 0 to 65535, got "${given}".`);
  return port;
}

/** A port of this machine that nobody uses at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
