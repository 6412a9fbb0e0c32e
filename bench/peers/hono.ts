// Hono on Node as the README of @hono/node-server 2 writes it. Its `upgradeWebSocket` replaces @hono/node-ws, which is
// deprecated in its favour. Hono has no broadcast; the `ws` server that the application made has its clients.
import type { AddressInfo } from 'node:net';
import { serve, upgradeWebSocket, type WebSocketLike } from '@hono/node-server';
import { Hono } from 'hono';
import type { WSEvents } from 'hono/ws';
import { WebSocket, WebSocketServer } from 'ws';
import { keepAlive } from './heartbeat.js';
import { HOST, type Program } from './program.js';
import { Directory, Meter, Policy } from './services.js';

type Data = string | ArrayBuffer;
type Events = WSEvents<WebSocketLike>;

function size(data: Data): number {
  return typeof data === 'string' ? data.length : data.byteLength;
}

const echo: Events = {
  onMessage(event, ws) {
    ws.send(event.data as Data);
  },
};

function broadcast(wss: WebSocketServer): Events {
  return {
    onMessage(event, ws) {
      for (const client of wss.clients) {
        if (client !== ws.raw && client.readyState === WebSocket.OPEN) client.send(event.data as Data);
      }
    },
  };
}

function withServices(): Events {
  const meter = new Meter();
  const policy = new Policy();
  return {
    onMessage(event, ws) {
      const data = event.data as Data;
      if (!policy.admits(size(data))) return ws.close(1008);
      meter.count(size(data));
      ws.send(data);
    },
  };
}

function awaiting(): Events {
  const directory = new Directory();
  return {
    async onMessage(event, ws) {
      const data = event.data as Data;
      await directory.find(size(data));
      ws.send(data);
    },
  };
}

function events(program: Program, wss: WebSocketServer): Events {
  if (program === 'fanout') return broadcast(wss);
  if (program === 'inject') return withServices();
  if (program === 'async') return awaiting();
  return echo;
}

export async function start(program: Program): Promise<number> {
  const wss = new WebSocketServer({ noServer: true });
  if (program === 'idle') keepAlive(wss);
  const app = new Hono();
  const served = events(program, wss);
  app.get(
    '/',
    upgradeWebSocket(() => served),
  );
  return new Promise((resolve) => {
    serve({ fetch: app.fetch, hostname: HOST, port: 0, websocket: { server: wss } }, (info: AddressInfo) => resolve(info.port));
  });
}
