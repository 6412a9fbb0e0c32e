import type { RequestHead } from '../core/carrier.js';
import { describe, VaqueroError } from '../core/errors.js';
import { handlerRecord } from '../core/metadata.js';
import type { HandlerClass } from '../core/plan.js';
import { prepare } from '../core/server/prepare.js';
import type { Peer } from '../core/upgrade-request.js';
import { Client } from './client.js';
import { checkMountOptions, type MountOptions } from './mount-options.js';
import { Mounted } from './mounted.js';
import { MountedHub } from './mounted-hub.js';
import { noFrame } from './no-frame.js';
import { overdue } from './overdue.js';
import { settled } from './settled.js';
import { UpgradeRefused } from './upgrade-refused.js';
import { Waits } from './wait.js';

/** Milliseconds that a test waits for something: less than the time that a test runner gives a whole test. */
const TIMEOUT = 3_000;

const PEER: Peer = { address: '127.0.0.1', port: 50_000 };

/** What a client says that connects to a WebSocket. */
const HEADERS = {
  host: 'localhost',
  upgrade: 'websocket',
  connection: 'Upgrade',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/**
 * Connects a client to a handler without a server or a socket, for tests with any runner. All between the two is what `serve` puts there:
 * the upgrade, origins and sub-protocols, the mailbox, limits, timers, the container and the bus. Resolves when the upgrade is complete and what
 * `@OnInit` replies without waiting has arrived. Nothing of it must be closed; it keeps a process alive only while it, `next()`, `closed` or `terminated` is awaited.
 *
 * Rejects with {@link UpgradeRefused} when the upgrade is refused, as `serve` does with `VAQUERO_INVALID_HANDLER`, `VAQUERO_INVALID_OPTION` or
 * `VAQUERO_BUS_CONFLICT`, as `bus.connect` does, and with `VAQUERO_WAIT_TIMEOUT` when the bus or `@OnUpgrade` takes longer than `timeout`.
 *
 * Where no `bus` or `container` is given, all mounts share the bus in tsyringe's global container, as servers do. A bus with a broker is connected, and closed by
 * whoever made it.
 */
export async function mount<H extends HandlerClass>(handler: H, options: MountOptions = {}): Promise<Mounted<InstanceType<H>>> {
  checkMountOptions(options);
  const { path, headers, peer = PEER, pongs = true, timeout = TIMEOUT, ...server } = options;
  const { hub, upgrades, giveBack } = prepare({ ...server, handlers: [handler] }, MountedHub);
  const target = path ?? ownPath(handler);
  const what = `${handler.name} at ${target}`;
  const waits = new Waits(timeout, (awaited) => overdue({ what, awaited, timeout }, hub, client));
  const client = new Client(pongs, waits, () => noFrame(handler.name, hub));
  await waits.until(hub.bus.connect(), 'the connection of its bus').catch((error) => {
    giveBack();
    throw error;
  });
  const request = requestOf(target, headers, peer);
  const route = upgrades.route(request);
  if (route === null) upgrades.notFound(request, client.socket);
  else upgrades.upgrade(route, request, client.socket, Buffer.alloc(0));
  const response = await waits.until(client.response, 'the answer to its upgrade', () => client.drop());
  await settled();
  if (response.status === 101) return new Mounted(client, hub, waits, response);
  throw new UpgradeRefused(what, response, hub.errors.at(-1)?.error);
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
