import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Bus } from '../bus.js';
import type { Counters } from '../counters.js';
import { VaqueroError } from '../errors.js';
import { comparePaths, samePaths } from '../path.js';
import type { Plan } from '../plan.js';
import type { Route } from '../router.js';
import { hold } from './hold.js';
import { Hub } from './hub.js';
import type { AttachOptions, CloseOptions, Server } from './options.js';
import { prepare } from './prepare.js';
import { checkHttpServer, closeFault } from './server-options.js';
import type { Upgrades } from './upgrades.js';

/** All that share an HTTP server, in the order in which they listen. */
const sharing = new WeakMap<object, Attachment[]>();

/**
 * Serves handlers on an HTTP server that others use too: Express, Fastify, Hono or plain Node. Upgrades for other paths are left to other
 * listeners, or answered 404 where there are none; ordinary requests are not touched, and `close` leaves the HTTP server open. It may be done
 * more than once for one HTTP server, with other paths. Rejects with `VAQUERO_INVALID_HANDLER`, `VAQUERO_DUPLICATE_PATH` or
 * `VAQUERO_INVALID_OPTION`, and as `bus.connect` does.
 */
export async function attach(httpServer: HttpServer | HttpsServer, options: AttachOptions): Promise<Server> {
  const attachment = new Attachment(httpServer, options);
  await attachment.open();
  return attachment;
}

/** @internal Handlers on an HTTP server. */
export class Attachment implements Server {
  readonly bus: Bus;
  readonly upgrades: Upgrades;
  readonly plans: readonly Plan[];

  protected readonly hub: Hub;
  readonly #http: HttpServer | HttpsServer;
  readonly #giveBack: () => void;
  #closed: Promise<void> | null = null;

  constructor(httpServer: HttpServer | HttpsServer, options: AttachOptions) {
    checkHttpServer(httpServer);
    const { hub, plans, upgrades, giveBack } = prepare(options, Hub);
    this.bus = hub.bus;
    this.upgrades = upgrades;
    this.plans = plans;
    this.#http = httpServer;
    this.hub = hub;
    this.#giveBack = giveBack;
  }

  /** Connects the bus, then takes upgrades. */
  async open(): Promise<void> {
    try {
      await this.bus.join(this.hub);
    } catch (error) {
      this.#giveBack();
      throw error;
    }
    try {
      refuseTwins(this.plans, this.#sharing);
    } catch (error) {
      await this.abandon();
      throw error;
    }
    sharing.set(this.#http, [...this.#sharing, this]);
    this.#http.on('upgrade', this.#onUpgrade);
  }

  /** Closes what was opened in vain. */
  protected async abandon(): Promise<void> {
    try {
      await this.close();
    } finally {
      this.#giveBack();
    }
  }

  get url(): string {
    const address = this.#http.address() as AddressInfo | string | null;
    if (address === null || typeof address === 'string') return address ?? '';
    const scheme = 'setSecureContext' in this.#http ? 'wss' : 'ws';
    return `${scheme}://${hostOf(address)}:${address.port}`;
  }

  get connections(): number {
    return this.hub.size;
  }

  get counters(): Readonly<Counters> {
    return this.hub.counters;
  }

  close(options: CloseOptions = {}): Promise<void> {
    const fault = closeFault(options);
    if (fault !== undefined) return Promise.reject(fault);
    this.#closed ??= hold(this.drain(options));
    return this.#closed;
  }

  /** Ends all connections, and lets go of the HTTP server and the bus. */
  protected async drain(options: CloseOptions): Promise<void> {
    const { timeout = 5_000, spread = 0 } = options;
    await this.hub.drain(timeout, spread);
    this.upgrades.cutRefused();
    this.#http.off('upgrade', this.#onUpgrade);
    const others = this.#sharing.filter((one) => one !== this);
    sharing.set(this.#http, others);
    await this.bus.leave(this.hub);
  }

  get #sharing(): readonly Attachment[] {
    return sharing.get(this.#http) ?? [];
  }

  readonly #onUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    const route = this.upgrades.route(request);
    if (route !== null) {
      if (this.#isNearest(route, request)) this.upgrades.upgrade(route, request, socket, head);
    } else if (this.#isLast && this.#sharing.every((one) => one.upgrades.route(request) === null))
      this.upgrades.notFound(request, socket);
  };

  /** Of all patterns here that match, the one of this route is the one that a router of all of them would choose: exactly one is. */
  #isNearest({ plan }: Route, request: IncomingMessage): boolean {
    const place = this.#sharing.indexOf(this);
    return this.#sharing.every((one, other) => {
      const rival = one === this ? null : one.upgrades.route(request);
      const order = rival === null ? -1 : comparePaths(plan.path, rival.plan.path);
      return order < 0 || (order === 0 && place < other);
    });
  }

  /** Nobody else could answer a request that this one does not: all that listen are of our kind, and were asked before. */
  get #isLast(): boolean {
    return this.#sharing.at(-1) === this && this.#http.listenerCount('upgrade') === this.#sharing.length;
  }
}

/** Two that answer the same request would write into one socket. */
function refuseTwins(plans: readonly Plan[], sharing: readonly Attachment[]): void {
  const others = sharing.flatMap((one) => one.plans);
  const twins = plans.flatMap((plan) => {
    const twin = others.find((other) => samePaths(other.path, plan.path));
    return twin === undefined ? [] : [`${plan.name} ('${plan.path}') and ${twin.name} ('${twin.path}')`];
  });
  if (twins.length === 0) return;
  throw new VaqueroError(
    'VAQUERO_DUPLICATE_PATH',
    `${twins.join('; ')} match the same paths, and this HTTP server was attached to before. Attach once, with all handlers, or await the close() of ` +
      'what was attached before.',
  );
}

/** Names that a client on this machine can use for an address. */
function hostOf({ address, family }: AddressInfo): string {
  if (address === '::' || address === '0.0.0.0') return 'localhost';
  return family === 'IPv6' ? `[${address}]` : address;
}
