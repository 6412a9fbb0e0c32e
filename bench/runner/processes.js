// The child processes of a run: servers and load processes, each started by name and ended by its own handle.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BrokerProcess } from './brokers.js';
import { Requests } from './channel.js';
import { command } from './machine.js';

const SERVER = fileURLToPath(new URL('../server.js', import.meta.url));
const LOAD = fileURLToPath(new URL('../load.js', import.meta.url));
const START_MS = 20_000;

function launch(role, nodeArguments) {
  const [file, ...rest] = command(role, [process.execPath, ...nodeArguments]);
  return spawn(file, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

/** Resolves with the port and the start-up time when the peer listens. */
function listening(child, name) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${name} did not listen within ${START_MS} ms.`)), START_MS);
    child.on('message', (message) => {
      if (message.listening === undefined) return;
      clearTimeout(late);
      resolve(message.listening);
    });
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`${name} ended with code ${code} before it listened.`));
    });
  });
}

function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGKILL');
  });
}

/** A peer that serves one program. */
export class ServerProcess {
  #child;

  constructor(child, { port, startup }) {
    this.#child = child;
    this.port = port;
    this.startup = startup;
    this.requests = new Requests(child);
  }

  /** `flags` are those of its node, `more` what the peer's `start` is given beside the program. */
  static async start(peer, program, flags = [], more = []) {
    const child = launch('server', ['--expose-gc', ...flags, SERVER, peer.module, peer.programs?.[program] ?? program, ...more]);
    try {
      return new ServerProcess(child, await listening(child, peer.name));
    } catch (error) {
      await ended(child);
      throw error;
    }
  }

  get pid() {
    return this.#child.pid;
  }

  stop() {
    return ended(this.#child);
  }
}

/** A load process that is aimed at a server, or at the nodes that are one together. */
export class LoadProcess {
  #child;

  constructor(child) {
    this.#child = child;
    this.requests = new Requests(child);
  }

  static async start(peer, servers, broker) {
    const load = new LoadProcess(launch('load', [LOAD]));
    await load.requests.ask('aim', {
      host: '127.0.0.1',
      ports: servers.map((server) => server.port),
      protocol: peer.protocol,
      serverPids: servers.map((server) => server.pid),
      brokerPids: broker === undefined ? [] : [broker.pid],
    });
    return load;
  }

  stop() {
    return ended(this.#child);
  }
}

/** A peer and the load process that belongs to it. */
export class Pair {
  constructor(peer, server, load) {
    this.peer = peer;
    this.server = server;
    this.load = load;
  }

  /** `flags` are those of the server's node. */
  static async start(peer, program, flags) {
    const server = await ServerProcess.start(peer, program, flags);
    return new Pair(peer, server, await LoadProcess.start(peer, [server]));
  }

  async stop() {
    await this.load.stop();
    await this.server.stop();
  }
}

/** Nodes of a peer, the broker that joins them, and the load process that belongs to them. */
export class Cluster {
  #parts;

  constructor(peer, parts, load) {
    this.peer = peer;
    this.#parts = parts;
    this.load = load;
  }

  static async start(peer, program, nodes) {
    const parts = [];
    try {
      const broker = await BrokerProcess.start(peer.broker);
      parts.push(broker);
      for (let i = 0; i < nodes; i++) parts.push(await ServerProcess.start(peer, program, [], [broker.url]));
      return new Cluster(peer, parts, await LoadProcess.start(peer, parts.slice(1), broker));
    } catch (error) {
      for (const part of parts) await part.stop();
      throw error;
    }
  }

  async stop() {
    await this.load.stop();
    for (const part of this.#parts.reverse()) await part.stop();
  }
}
