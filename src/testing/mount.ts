import type { RequestHead } from '../core/carrier.js';
import type { Clock } from '../core/clock.js';
import { describe, VaqueroError } from '../core/errors.js';
import { handlerRecord } from '../core/metadata.js';
import { type Check, must, optionFaults } from '../core/option-checks.js';
import type { HandlerClass } from '../core/plan.js';
import type { AttachOptions } from '../core/server/options.js';
import { prepare } from '../core/server/prepare.js';
import type { Peer } from '../core/upgrade-request.js';
import { Client } from './client.js';
import { Mounted } from './mounted.js';
import { MountedHub } from './mounted-hub.js';
import { noFrame } from './no-frame.js';
import { ProcessHold } from './process-hold.js';
import { settled } from './settled.js';
import { UpgradeRefused } from './upgrade-refused.js';

/** What `mount` takes: how the client asks, and what a server takes as far as it matters for one connection. */
export interface MountOptions
  extends Omit<AttachOptions, 'handlers' | 'clock' | 'maxConnections' | 'maxConnectionsPerAddress' | 'maxPendingUpgrades'> {
  /** Where the client connects to, with a query if there is one. Default: the handler's own path, if it has no parameters. */
  readonly path?: string;
  /** Headers of the request: `origin`, `cookie`, `sec-websocket-protocol` and so on. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the client is. Default `{ address: '127.0.0.1', port: 50000 }`. */
  readonly peer?: Peer;
  /** Whether the client answers pings, as clients do; `false` for one that is dead. Default true. */
  readonly pongs?: boolean;
  /** Where time comes from: a `VirtualClock` that the test advances. Default: the machine. */
  readonly clock?: Clock;
}

const PEER: Peer = { address: '127.0.0.1', port: 50_000 };

/** What a client says that connects to a WebSocket. */
const HEADERS = {
  host: 'localhost',
  upgrade: 'websocket',
  connection: 'Upgrade',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

const CHECKS: Readonly<Record<'path' | 'headers' | 'peer' | 'pongs', Check>> = {
  path: must("a string that starts with '/'", (v) => typeof v === 'string' && v.startsWith('/')),
  headers: must('an object of strings; sec-websocket-extensions cannot be among them, for nothing is compressed here', (v) =>
    areHeaders(v),
  ),
  peer: must('an object with address and port', (v) => isPeer(v as Partial<Peer> | null)),
  pongs: must('true or false', (v) => typeof v === 'boolean'),
};

function isPeer(value: Partial<Peer> | null): boolean {
  return typeof value?.address === 'string' && Number.isInteger(value.port);
}

function areHeaders(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(
    ([name, text]) => typeof text === 'string' && name.toLowerCase() !== 'sec-websocket-extensions',
  );
}

/**
 * Connects a client to a handler without a server or a socket, for tests with any runner. All between the two is what `serve` puts there:
 * the upgrade, origins and sub-protocols, the mailbox, limits, timers, the container and the bus. Resolves when the upgrade is complete and what
 * `@OnInit` replies without waiting has arrived. Nothing of it must be closed; it keeps a process alive only while it, or a `next()`, waits.
 *
 * Rejects with {@link UpgradeRefused} when the upgrade is refused, as `serve` does with `VAQUERO_INVALID_HANDLER`, `VAQUERO_INVALID_OPTION` or
 * `VAQUERO_BUS_CONFLICT`, and as `bus.connect` does.
 *
 * Where no `bus` or `container` is given, all mounts share the bus in tsyringe's global container, as servers do. A bus with a broker is connected, and closed by
 * whoever made it.
 */
export async function mount<H extends HandlerClass>(handler: H, options: MountOptions = {}): Promise<Mounted<InstanceType<H>>> {
  const { path, headers, peer = PEER, pongs = true, ...server } = options;
  checkRequest({ path, headers, peer, pongs });
  const { hub, upgrades, giveBack } = prepare({ ...server, handlers: [handler] }, MountedHub);
  const target = path ?? ownPath(handler);
  await hub.bus.connect().catch((error) => {
    giveBack();
    throw error;
  });
  const hold = options.clock === undefined ? new ProcessHold() : null;
  const client = new Client(pongs, hold, () => noFrame(handler.name, hub));
  const request = requestOf(target, headers, peer);
  const route = upgrades.route(request);
  if (route === null) upgrades.notFound(request, client.socket);
  else upgrades.upgrade(route, request, client.socket, Buffer.alloc(0));
  hold?.hold();
  const response = await client.response;
  hold?.release();
  await settled();
  if (response.status === 101) return new Mounted(client, hub, response);
  throw new UpgradeRefused(`${handler.name} at ${target}`, response, hub.errors.at(-1)?.error);
}

function checkRequest(given: Readonly<Record<string, unknown>>): void {
  const faults = optionFaults(given, CHECKS);
  if (faults.length > 0) throw new VaqueroError('VAQUERO_INVALID_OPTION', `mount(): ${faults.join('; ')}.`);
}

/** The handler's path, if it is one and no pattern of many. */
function ownPath(handler: HandlerClass): string {
  const path = handlerRecord(handler)?.path as string;
  if (!/[:*]/.test(path)) return path;
  throw new VaqueroError(
    'VAQUERO_INVALID_OPTION',
    `mount(): ${handler.name} serves ${describe(path)}, which is many paths. Say one of them, with the option path.`,
  );
}

function requestOf(url: string, headers: MountOptions['headers'] = {}, { address, port }: Peer): RequestHead {
  const lowerCased = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    method: 'GET',
    url,
    httpVersionMajor: 1,
    httpVersionMinor: 1,
    headers: { ...HEADERS, ...Object.fromEntries(lowerCased) },
    socket: { remoteAddress: address, remotePort: port },
  };
}
