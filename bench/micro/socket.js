// A connection without a network: what a client would send is pushed into the socket, what the server writes is counted.
import { createServer, IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';

export class StubSocket extends Duplex {
  written = 0;
  /** What the server wrote first: the handshake. */
  first = null;

  _read() {}

  // The library's own work is measured, so Node's is kept out: nothing is queued, and there is always room.
  write(chunk) {
    this.first ??= String(chunk);
    this.written += chunk.length;
    return true;
  }

  end(chunk) {
    this.write(chunk ?? '');
  }

  cork() {}
  uncork() {}
  setTimeout() {}
  setNoDelay() {}
}

/** An HTTP server that does not listen, and a socket that has been upgraded on it by whoever handles its upgrades. */
export async function upgradedSocket(attach, path = '/') {
  const server = createServer();
  await attach(server);
  const socket = new StubSocket();
  const request = new IncomingMessage(socket);
  request.method = 'GET';
  request.httpVersionMajor = request.httpVersionMinor = 1;
  request.url = path;
  request.headers = {
    host: 'localhost',
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
  };
  server.emit('upgrade', request, socket, Buffer.alloc(0));
  if (!socket.first?.startsWith('HTTP/1.1 101 ')) throw new Error(`Not upgraded: ${socket.first}`);
  return socket;
}
