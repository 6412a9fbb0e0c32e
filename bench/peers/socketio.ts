// Socket.IO as its documentation writes it, in its own protocol. Its heartbeat is on by default (every 25 seconds), in
// every program. The load process speaks that protocol over the WebSocket transport, without a polling phase.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { HOST, type Program } from './program.js';
import { Directory, Meter, Policy } from './services.js';

type Data = string | Buffer;
type Connected = (socket: Socket) => void;

function echo(socket: Socket): void {
  socket.on('echo', (data: Data) => {
    socket.emit('echo', data);
  });
}

function broadcast(socket: Socket): void {
  socket.on('echo', (data: Data) => {
    socket.broadcast.emit('echo', data);
  });
}

function withServices(): Connected {
  const meter = new Meter();
  const policy = new Policy();
  return (socket) => {
    socket.on('echo', (data: Data) => {
      if (!policy.admits(data.length)) return socket.disconnect();
      meter.count(data.length);
      socket.emit('echo', data);
    });
  };
}

function awaiting(): Connected {
  const directory = new Directory();
  return (socket) => {
    socket.on('echo', async (data: Data) => {
      await directory.find(data.length);
      socket.emit('echo', data);
    });
  };
}

function connected(program: Program): Connected {
  if (program === 'fanout') return broadcast;
  if (program === 'inject') return withServices();
  if (program === 'async') return awaiting();
  return echo;
}

export async function start(program: Program): Promise<number> {
  const server = createServer();
  const io = new Server(server);
  io.on('connection', connected(program));
  server.listen(0, HOST);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
