// crossws on Node as its documentation writes it: hooks, `handleUpgrade` on a plain HTTP server, and its own pub/sub.
// Its heartbeat is on by default (every 30 seconds), in every program.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Hooks, Message, Peer } from 'crossws';
import crossws from 'crossws/adapters/node';
import { HOST, type Program } from './program.js';
import { Directory, Meter, Policy } from './services.js';

const TOPIC = 'ticks';

function body(message: Message): string | Uint8Array {
  return typeof message.rawData === 'string' ? message.text() : message.uint8Array();
}

const echo: Partial<Hooks> = {
  message(peer: Peer, message: Message) {
    peer.send(body(message));
  },
};

// `publish` leaves out the peer that publishes.
const broadcast: Partial<Hooks> = {
  open(peer: Peer) {
    peer.subscribe(TOPIC);
  },
  message(peer: Peer, message: Message) {
    peer.publish(TOPIC, body(message));
  },
};

function withServices(): Partial<Hooks> {
  const meter = new Meter();
  const policy = new Policy();
  return {
    message(peer: Peer, message: Message) {
      const data = body(message);
      if (!policy.admits(data.length)) return peer.close(1008);
      meter.count(data.length);
      peer.send(data);
    },
  };
}

function awaiting(): Partial<Hooks> {
  const directory = new Directory();
  return {
    async message(peer: Peer, message: Message) {
      const data = body(message);
      await directory.find(data.length);
      peer.send(data);
    },
  };
}

function hooks(program: Program): Partial<Hooks> {
  if (program === 'fanout') return broadcast;
  if (program === 'inject') return withServices();
  if (program === 'async') return awaiting();
  return echo;
}

export async function start(program: Program): Promise<number> {
  const ws = crossws({ hooks: hooks(program) });
  const server = createServer((_request, response) => response.end());
  server.on('upgrade', (request, socket, head) => {
    if (request.headers.upgrade === 'websocket') void ws.handleUpgrade(request, socket, head);
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
