import { connect } from 'node:net';
import { VaqueroError } from '../../core/errors.js';
import { type NatsServer, nameOf } from './server.js';

/** What a NATS server says of itself before it is asked anything: the parts of its INFO that decide whether it will do. */
export interface Greeting {
  readonly version: string;
  readonly auth_required?: boolean;
  readonly tls_required?: boolean;
  readonly tls_available?: boolean;
}

/** Bytes; an INFO that lists the servers of a large cluster has a few thousand. */
const MAX_GREETING = 65_536;

/**
 * Hears what greets at an address, on a connection of its own that is gone afterwards. nats.js would tell neither what is wrong with a server that
 * is none nor let go of the socket of one that never answers.
 */
export function greet(server: NatsServer, signal: AbortSignal): Promise<Greeting> {
  const name = nameOf(server);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.host, port: server.port, signal });
    let heard = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      heard += chunk;
      if (isPartial(heard)) return;
      socket.destroy();
      try {
        resolve(read(heard, name));
      } catch (error) {
        reject(error);
      }
    });
    socket.on('error', (cause) => reject(signal.aborted ? signal.reason : unreachable(name, cause)));
    socket.on('close', () =>
      reject(
        new VaqueroError('VAQUERO_BUS_UNAVAILABLE', `${name} closed the connection without a word. Is something else there?`),
      ),
    );
  });
}

/** Whether what was heard may still become a line of a NATS server. */
function isPartial(heard: string): boolean {
  if (heard.length > MAX_GREETING || heard.includes('\r\n')) return false;
  return ['INFO ', '-ERR '].some((start) => heard.startsWith(start) || start.startsWith(heard));
}

function read(heard: string, name: string): Greeting {
  const refusal = /^-ERR '?(.*?)'?\r\n/.exec(heard)?.[1];
  if (refusal !== undefined) throw new VaqueroError('VAQUERO_BUS_UNAVAILABLE', `${name} refuses the connection: ${refusal}.`);
  const info = parseInfo(heard);
  if (info === undefined) {
    throw new VaqueroError(
      'VAQUERO_BUS_UNSUPPORTED',
      `${name}: what answers there is no NATS server. Give the address that nats-server has for clients.`,
    );
  }
  return info;
}

function parseInfo(heard: string): Greeting | undefined {
  try {
    const info: unknown = JSON.parse(/^INFO (.*?)\r\n/.exec(heard)?.[1] ?? '');
    const known = typeof info === 'object' && info !== null && 'version' in info && typeof info.version === 'string';
    return known ? (info as Greeting) : undefined;
  } catch {
    return undefined; // no JSON: no NATS server
  }
}

function unreachable(name: string, cause: NodeJS.ErrnoException): VaqueroError {
  const why = cause.code === 'ECONNREFUSED' ? 'nothing listens there' : cause.message || cause.code;
  return new VaqueroError(
    'VAQUERO_BUS_UNAVAILABLE',
    `${name} cannot be reached: ${why}. Start nats-server with -js there, or correct servers.`,
    { cause },
  );
}
