// @fastify/websocket as its README writes it: a route with `websocket: true`, and `websocketServer.clients` to broadcast.
import type { AddressInfo } from 'node:net';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyInstance } from 'fastify';
import { WebSocket } from 'ws';
import { keepAlive } from './heartbeat.js';
import { HOST, type Program } from './program.js';
import { Directory, Meter, Policy } from './services.js';

type Handler = (socket: WebSocket) => void;

function echo(socket: WebSocket): void {
  socket.on('message', (message, isBinary) => {
    socket.send(message, { binary: isBinary });
  });
}

function broadcast(fastify: FastifyInstance): Handler {
  return (socket) => {
    socket.on('message', (message, isBinary) => {
      for (const client of fastify.websocketServer.clients) {
        if (client !== socket && client.readyState === WebSocket.OPEN) client.send(message, { binary: isBinary });
      }
    });
  };
}

function withServices(): Handler {
  const meter = new Meter();
  const policy = new Policy();
  return (socket) => {
    socket.on('message', (message: Buffer, isBinary) => {
      if (!policy.admits(message.length)) return socket.close(1008);
      meter.count(message.length);
      socket.send(message, { binary: isBinary });
    });
  };
}

function awaiting(): Handler {
  const directory = new Directory();
  return (socket) => {
    socket.on('message', async (message: Buffer, isBinary) => {
      await directory.find(message.length);
      socket.send(message, { binary: isBinary });
    });
  };
}

function handler(program: Program, fastify: FastifyInstance): Handler {
  if (program === 'fanout') return broadcast(fastify);
  if (program === 'inject') return withServices();
  if (program === 'async') return awaiting();
  return echo;
}

export async function start(program: Program): Promise<number> {
  const fastify = Fastify();
  await fastify.register(websocket);
  fastify.register(async (routes) => {
    routes.get('/', { websocket: true }, handler(program, fastify));
  });
  await fastify.ready();
  if (program === 'idle') keepAlive(fastify.websocketServer);
  await fastify.listen({ host: HOST, port: 0 });
  return (fastify.server.address() as AddressInfo).port;
}
