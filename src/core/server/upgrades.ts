import { type Deflater, negotiate } from '../../transports/ws/deflate.js';
import {
  type Handshake,
  handshakeResponse,
  malformed,
  type Refusal,
  readHandshake,
  refuse,
  rejection,
} from '../../transports/ws/handshake.js';
import { WebSocketTransport } from '../../transports/ws/transport.js';
import { type Accept, Reject } from '../answers.js';
import type { Carrier, RequestHead } from '../carrier.js';
import { Life } from '../connection/life.js';
import { toError } from '../errors.js';
import type { Injector, Maker } from '../injector.js';
import { originAllowed } from '../origin.js';
import type { Plan } from '../plan.js';
import { type Route, Router } from '../router.js';
import { Alarm } from '../timers.js';
import { UpgradeRequest } from '../upgrade-request.js';
import { parseUrl } from '../url.js';
import { forwardedOrigin } from './forwarded-origin.js';
import { Gate } from './gate.js';
import type { Hub } from './hub.js';
import { Notices } from './notices.js';
import { PendingSocket } from './pending-socket.js';
import type { ServerLimits } from './server-options.js';

const NOT_FOUND: Refusal = { status: 404, body: 'No WebSocket handler at this path.' };
const FORBIDDEN: Refusal = { status: 403, body: 'This origin may not connect.' };
const FAILED: Refusal = { status: 500 };

/** Not now: what a client, or a proxy before it, should try again later. */
function unavailable(body: string): Refusal {
  return { status: 503, headers: { 'retry-after': '10' }, body };
}

/** A well-formed request for an upgrade, while it is decided on. */
interface Upgrade {
  readonly socket: Carrier;
  readonly head: Buffer;
  readonly handshake: Handshake;
  readonly deflater: Deflater | null;
  readonly life: Life;
}

/** From a request for an upgrade to an open connection, or to the response that refuses it. */
export class Upgrades {
  readonly #hub: Hub;
  readonly #router: Router;
  readonly #makers = new Map<Plan, Maker>();
  readonly #gate: Gate;
  readonly #limits: ServerLimits;
  readonly #notices: Notices;
  readonly #refused = new Set<Carrier>();

  constructor(hub: Hub, plans: readonly Plan[], injector: Injector, limits: ServerLimits) {
    this.#hub = hub;
    this.#gate = new Gate(hub, limits);
    this.#limits = limits;
    this.#notices = new Notices(hub.logger, plans);
    this.#router = new Router(plans);
    for (const plan of plans) this.#makers.set(plan, injector.maker(plan.handler));
  }

  /** Where a request leads; `null` for a path that no handler serves. */
  route(request: RequestHead): Route | null {
    return this.#router.find(splitTarget(request)[0]);
  }

  /** Refuses a request for a path that no handler serves. */
  notFound(request: RequestHead, socket: Carrier): void {
    socket.on('error', destroy);
    this.#notices.notFound(splitTarget(request)[0]);
    this.#refuse(socket, NOT_FOUND);
  }

  /** Answers a request for an upgrade to a route. */
  upgrade({ plan, params }: Route, request: RequestHead, socket: Carrier, head: Buffer): void {
    socket.on('error', destroy);
    const handshake = readHandshake(request);
    if ('status' in handshake) return this.#refuse(socket, handshake);
    const { compress, deflateOptions, maxFrameSize } = plan.options;
    let deflater: Deflater | null = null;
    try {
      if (compress) deflater = negotiate(request.headers['sec-websocket-extensions'], deflateOptions, maxFrameSize);
    } catch {
      return this.#refuse(socket, malformed('Sec-WebSocket-Extensions cannot be parsed'));
    }
    const upgradeRequest = toUpgradeRequest(request, params, handshake, this.#limits.proxies);
    if (parseUrl(`http://${upgradeRequest.host}`) === undefined)
      return this.#refuse(socket, malformed('Host is not a name and port'));
    const { address } = upgradeRequest.peer;
    const full = this.#gate.refusal(address);
    if (full !== undefined) return this.#refuse(socket, unavailable(full));
    try {
      if (!originAllowed(plan.options.origins, upgradeRequest)) {
        this.#notices.foreignOrigin(plan, upgradeRequest);
        return this.#refuse(socket, FORBIDDEN);
      }
    } catch (thrown) {
      this.#hub.report(toError(thrown, `${plan.name}: option origins`), {
        stage: 'upgrade',
        handler: plan.name,
        path: upgradeRequest.path,
      });
      return this.#refuse(socket, FAILED);
    }
    const life = new Life(plan, this.#hub, params);
    this.#gate.enter(life, address);
    this.#admit({ socket, head, handshake, deflater, life }, upgradeRequest);
  }

  #admit(upgrade: Upgrade, request: UpgradeRequest): void {
    const { life, socket } = upgrade;
    const admission = life.admit(request, this.#makers.get(life.plan) as Maker);
    if (!(admission instanceof Promise)) return this.#answer(upgrade, admission);
    this.#gate.thinking();
    const pending = new PendingSocket(socket, () => life.end({ type: 'error', error: 'closed' }));
    const deadline = new Deadline(() => {
      this.#refuse(socket, unavailable('The request took too long to decide on.'));
      life.end({ type: 'timeout' });
    });
    this.#hub.timers.start(deadline, this.#limits.handshakeTimeout);
    // A handler that thinks for long does not keep the client waiting while the server closes.
    const forget = life.resources.onEnd(() => {
      if (this.#hub.closing) this.#refuse(socket, unavailable('The server is closing.'));
    });
    void admission.then((answer) => {
      this.#gate.decided();
      this.#hub.timers.cancel(deadline);
      forget();
      const said = pending.open();
      this.#answer({ ...upgrade, head: Buffer.concat([upgrade.head, said]) }, answer);
    });
  }

  #answer(upgrade: Upgrade, answer: Accept | Reject): void {
    const { life, socket, handshake } = upgrade;
    if (answer instanceof Reject) return this.#refuse(socket, rejection(answer));
    // It ended while it thought; whoever ended it may have answered the client already.
    if (!life.upgrading) return this.#refuse(socket, unavailable('The connection has ended.'));
    if (!socket.readable || !socket.writable) {
      socket.destroy();
      return life.end({ type: 'error', error: 'closed' });
    }
    const chosen = life.plan.options.subprotocols.find((subprotocol) => handshake.subprotocols.includes(subprotocol));
    this.#open(upgrade, answer.options.subprotocol ?? chosen, answer);
  }

  #open({ life, socket, head, handshake, deflater }: Upgrade, subprotocol: string | undefined, answer: Accept): void {
    const { maxFrameSize, maxFragments, validateUtf8, backpressureLimit } = life.plan.options;
    if (subprotocol === undefined && handshake.subprotocols.length > 0)
      this.#notices.noSubprotocol(life.plan, handshake.subprotocols);
    socket.write(handshakeResponse(handshake.key, subprotocol, deflater?.header, answer.options.headers));
    const transport = new WebSocketTransport(
      { socket, deflater, maxFrameSize, maxFragments, validateUtf8, backpressureLimit, timers: this.#hub.timers },
      life.loop,
    );
    this.#hub.counters.opened++;
    life.opened(transport, subprotocol);
    transport.start(head);
    socket.off('error', destroy);
  }

  #refuse(socket: Carrier, refusal: Refusal): void {
    if (!refuse(socket, refusal)) return;
    this.#hub.counters.refused++;
    this.#refused.add(socket);
    socket.once('close', () => this.#refused.delete(socket));
  }

  /** Cuts the sockets that are still being told that they were refused. */
  cutRefused(): void {
    for (const socket of this.#refused) socket.destroy();
  }
}

/** When a handler has thought for too long. */
class Deadline extends Alarm {
  constructor(readonly ring: () => void) {
    super();
  }
}

function toUpgradeRequest(
  request: RequestHead,
  params: Readonly<Record<string, string>>,
  { subprotocols, version, origin }: Handshake,
  proxies: number,
): UpgradeRequest {
  const { headers, method = '' } = request;
  const [path, query] = splitTarget(request);
  return new UpgradeRequest(
    { method, path, query, headers, ...forwardedOrigin(request, proxies) },
    params,
    subprotocols,
    version,
    origin,
  );
}

/** Path and query of a request. */
function splitTarget(request: RequestHead): [path: string, query: string] {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
}

function destroy(this: Carrier): void {
  this.destroy();
}
