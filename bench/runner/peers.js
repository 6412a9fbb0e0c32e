// Who is measured. The order is the order of a round.
import { versionOf } from './machine.js';

const VAQUERO_PATHS = { publisher: '/publish', subscriber: '/subscribe' };
const SOCKETIO_PATHS = {
  publisher: '/socket.io/?EIO=4&transport=websocket',
  subscriber: '/socket.io/?EIO=4&transport=websocket&topic=ticks',
};

// `protocol` names one of load/protocols.js; `only` limits a peer to some workloads; `programs` says which program serves in
// place of another; `paths` are those of a peer that has a handler for each role. A peer with a `broker` is one of several nodes, and is measured where
// nodes are.
export const PEERS = [
  {
    name: 'bytes',
    label: 'byte echo (no WebSocket)',
    module: 'bytes',
    protocol: 'bytes',
    packages: [],
    only: ['echo', 'fanout', 'churn', 'memory'],
    note: 'returns the bytes it gets; the ceiling of this load process, not a server',
  },
  {
    name: 'ws',
    label: 'bare ws',
    module: 'ws',
    protocol: 'raw',
    packages: ['ws'],
    note: 'the control row: echo, broadcast and heartbeat of its README',
  },
  {
    name: 'vaquero',
    label: 'vaquero',
    module: 'vaquero',
    protocol: 'raw',
    packages: [],
    paths: VAQUERO_PATHS,
    note: 'decorated handlers; fan-out through `@OnInfo`',
  },
  {
    name: 'vaquero-frames',
    label: 'vaquero, published frames',
    module: 'vaquero',
    protocol: 'raw',
    packages: [],
    only: ['fanout'],
    programs: { fanout: 'fanout-frames' },
    paths: VAQUERO_PATHS,
    note: '`bus.publish(topic, text(…))`',
  },
  {
    name: 'nest',
    label: 'NestJS, platform-ws',
    module: 'nest',
    protocol: 'nest',
    packages: ['@nestjs/core', '@nestjs/platform-ws'],
    note: 'its JSON protocol: 26 bytes of envelope around each text body; binary through a `messageParser`',
  },
  {
    name: 'socketio',
    label: 'Socket.IO',
    module: 'socketio',
    protocol: 'socketio',
    packages: ['socket.io'],
    note: 'its own protocol over the WebSocket transport: 12 bytes of envelope, a binary body takes two frames',
  },
  {
    name: 'fastify',
    label: '@fastify/websocket',
    module: 'fastify',
    protocol: 'raw',
    packages: ['@fastify/websocket', 'fastify'],
    note: '',
  },
  {
    name: 'crossws',
    label: 'crossws',
    module: 'crossws',
    protocol: 'raw',
    packages: ['crossws'],
    note: 'Node adapter, its own pub/sub',
  },
  {
    name: 'hono',
    label: 'Hono, node-server',
    module: 'hono',
    protocol: 'raw',
    packages: ['hono', '@hono/node-server'],
    note: '`upgradeWebSocket` of @hono/node-server, which replaces the deprecated @hono/node-ws',
  },
  {
    name: 'socketio-redis',
    label: 'Socket.IO, Redis adapter',
    module: 'socketio-cluster',
    protocol: 'socketio',
    packages: ['socket.io', '@socket.io/redis-adapter', 'redis'],
    broker: 'redis',
    paths: SOCKETIO_PATHS,
    note: '`createAdapter`; the control row of nodes',
  },
  {
    name: 'socketio-redis-sharded',
    label: 'Socket.IO, sharded adapter',
    module: 'socketio-cluster',
    protocol: 'socketio',
    packages: ['socket.io', '@socket.io/redis-adapter', 'redis'],
    broker: 'redis',
    programs: { fanout: 'fanout-sharded' },
    paths: SOCKETIO_PATHS,
    note: '`createShardedAdapter`',
  },
  {
    name: 'vaquero-redis',
    label: 'vaquero, Redis',
    module: 'vaquero-cluster',
    protocol: 'raw',
    packages: [],
    broker: 'redis',
    paths: VAQUERO_PATHS,
    note: 'an `@Info` class through `@OnInfo`',
  },
  {
    name: 'vaquero-redis-frames',
    label: 'vaquero, Redis, frames',
    module: 'vaquero-cluster',
    protocol: 'raw',
    packages: [],
    broker: 'redis',
    programs: { fanout: 'fanout-frames' },
    paths: VAQUERO_PATHS,
    note: '`bus.publish(topic, text(…))`',
  },
  {
    name: 'vaquero-nats',
    label: 'vaquero, NATS',
    module: 'vaquero-cluster',
    protocol: 'raw',
    packages: [],
    broker: 'nats',
    paths: VAQUERO_PATHS,
    note: 'an `@Info` class through `@OnInfo`',
  },
  {
    name: 'vaquero-nats-frames',
    label: 'vaquero, NATS, frames',
    module: 'vaquero-cluster',
    protocol: 'raw',
    packages: [],
    broker: 'nats',
    programs: { fanout: 'fanout-frames' },
    paths: VAQUERO_PATHS,
    note: '`bus.publish(topic, text(…))`',
  },
];

/** What others are compared with: of single servers, and of nodes. */
export const CONTROL = 'ws';
export const CLUSTER_CONTROL = 'socketio-redis';

/** The peers of this name, all without one; the controls are always among them. */
export function choosePeers(names) {
  const unknown = names.filter((name) => !PEERS.some((peer) => peer.name === name));
  if (unknown.length > 0)
    throw new Error(`Unknown peer ${unknown.join(', ')}; there are ${PEERS.map((peer) => peer.name).join(', ')}.`);
  if (names.length === 0) return PEERS;
  return PEERS.filter((peer) => [CONTROL, CLUSTER_CONTROL, ...names].includes(peer.name));
}

export function peersFor(peers, { name, ofNodes = false }) {
  const fits = (peer) => peer.only === undefined || peer.only.includes(name);
  return peers.filter((peer) => ofNodes === (peer.broker !== undefined) && fits(peer));
}

export function describePeer({ name, label, packages, note }) {
  return { name, label, note, versions: packages.map((dependency) => `${dependency} ${versionOf(dependency)}`) };
}
