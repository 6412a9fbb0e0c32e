import { once } from 'node:events';
import { createServer } from 'node:net';

/** `PORT`, or 8080; 0 finds a free one. */
export function portOf(given: string | undefined): number {
  const port = given === undefined || given === '' ? 8080 : Number(given);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`PORT must be 0 to 65535, got "${given}".`);
  return port;
}

/** A port of this machine that nobody uses. It is below those that the system gives to who asks for any, so it stays free while what listens there starts again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer().listen(port);
    try {
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
