// The control row: `ws` as its README writes an echo server, a broadcast and a heartbeat.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { keepAlive } from './heartbeat.js';
import { HOST, type Program } from './program.js';
import { Directory, Meter, Policy } from './services.js';

type Connected = (ws: WebSocket) => void;

function echo(ws: WebSocket): void {
  ws.on('error', console.error);
  ws.on('message', (data, isBinary) => {
    ws.send(data, { binary: isBinary });
  });
}

function broadcast(wss: WebSocketServer): Connected {
  return (ws) => {
    ws.on('error', console.error);
    ws.on('message', (data, isBinary) => {
      wss.clients.forEach((client) => {
        if (client !== ws && client.readyState === WebSocket.OPEN) {
          client.send(data, { binary: isBinary });
        }
      });
    });
  };
}

function withServices(): Connected {
  const meter = new Meter();
  const policy = new Policy();
  return (ws) => {
    ws.on('error', console.error);
    ws.on('message', (data: Buffer, isBinary) => {
      if (!policy.admits(data.length)) return ws.close(1008);
      meter.count(data.length);
      ws.send(data, { binary: isBinary });
    });
  };
}

function awaiting(): Connected {
  const directory = new Directory();
  return (ws) => {
    ws.on('error', console.error);
    ws.on('message', async (data: Buffer, isBinary) => {
      await directory.find(data.length);
      ws.send(data, { binary: isBinary });
    });
  };
}

function connected(program: Program, wss: WebSocketServer): Connected {
  if (program === 'fanout') return broadcast(wss);
  if (program === 'inject') return withServices();
  if (program === 'async') return awaiting();
  return echo;
}

export async function start(program: Program): Promise<number> {
  const wss = new WebSocketServer({ host: HOST, port: 0 });
  wss.on('connection', connected(program, wss));
  if (program === 'idle') keepAlive(wss);
  await once(wss, 'listening');
  return (wss.address() as AddressInfo).port;
}
