// The control above all peers: a socket that answers the handshake and returns the bytes it gets. It parses no frame,
// so the load process sends it unmasked ones. No WebSocket server in JavaScript can be faster; where a peer comes close
// to this row, the load process is what is being measured.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { HOST, type Program } from './program.js';

// The load process always sends the same key, the one of RFC 6455, section 1.3.
const SWITCHING = [
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
  '\r\n',
].join('\r\n');

// The close frame of the load process: final, unmasked, with a code and no reason.
const CLOSE_FIRST_BYTE = 0x88;
const CLOSE_LENGTH = 4;

export async function start(program: Program): Promise<number> {
  const everyone = new Set<Socket>();

  function receive(socket: Socket, bytes: Buffer): void {
    if (program === 'fanout') {
      for (const other of everyone) if (other !== socket) other.write(bytes);
      return;
    }
    socket.write(bytes);
    if (bytes.length === CLOSE_LENGTH && bytes[0] === CLOSE_FIRST_BYTE) socket.end();
  }

  const server = createServer({ noDelay: true }, (socket) => {
    socket.once('data', () => {
      everyone.add(socket);
      socket.write(SWITCHING);
      socket.on('data', (bytes: Buffer) => receive(socket, bytes));
    });
    socket.on('close', () => everyone.delete(socket));
    // The load process ends a run by destroying its sockets; a reset is not a fault here.
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
