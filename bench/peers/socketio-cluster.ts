// Socket.IO on many nodes as the documentation of its Redis adapter writes it: a client to publish, its duplicate to subscribe. Who subscribes
// joins a room, and what is published goes to that room.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter';
import { createClient } from 'redis';
import { Server } from 'socket.io';
import { HOST } from './program.js';

export async function start(program: 'fanout' | 'fanout-sharded', url: string): Promise<number> {
  const pubClient = createClient({ url });
  const subClient = pubClient.duplicate();
  await Promise.all([pubClient.connect(), subClient.connect()]);

  const server = createServer();
  const io = new Server(server, {
    adapter: program === 'fanout' ? createAdapter(pubClient, subClient) : createShardedAdapter(pubClient, subClient),
    transports: ['websocket'],
  });
  io.on('connection', (socket) => {
    const { topic } = socket.handshake.query;
    if (topic !== undefined) socket.join(topic);
    socket.on('echo', (data: string) => {
      io.to('ticks').emit('echo', data);
    });
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
