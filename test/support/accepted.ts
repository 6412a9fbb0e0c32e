import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterAll } from '@jest/globals';

/** Node tells of each socket that a server of this process has accepted. */
const CHANNEL = 'net.server.socket';

/** By the port that the client has. */
const sockets = new Map<number | undefined, Socket>();

const remember = (message: unknown): void => {
  const { socket } = message as { socket: Socket };
  sockets.set(socket.remotePort, socket);
};

subscribe(CHANNEL, remember);
afterAll(() => void unsubscribe(CHANNEL, remember));

/** The server's end of a client's connection. */
export function accepted(client: Socket): Socket {
  const socket = sockets.get(client.localPort);
  if (socket === undefined) throw new Error('no server of this process has accepted that');
  return socket;
}
