import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is wrong with a port, by Node's code. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something listens there already. Stop it, or choose another port',
  EACCES: 'ports below 1024 are for the administrator. Choose another port',
  ERR_SOCKET_BAD_PORT: 'a port is a number from 0 to 65535, and 0 finds a free one. Choose another port',
};

/** Listens on a port, and answers the address. Where it cannot, it says why and ends the process with 1. */
export async function listen(server: Server, port: string): Promise<string> {
  try {
    server.listen(Number(port));
    await once(server, 'listening');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const reason = REASONS[code];
    console.error(`Cannot listen on port ${port}: ${reason === undefined ? message : `${reason}, as in PORT=8081 npm start`}.`);
    process.exit(1);
  }
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}
