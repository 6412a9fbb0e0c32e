import type { Logger } from '../logging.js';
import { loadedHandlers } from '../metadata.js';
import { pathMatches } from '../path.js';
import type { Plan } from '../plan.js';
import type { UpgradeRequest } from '../upgrade-request.js';

/** Lines of one kind that are logged: clients choose what they ask for, and must not fill the log. */
const ENOUGH = 20;

/** Handlers that a line names. */
const SOME = 8;

/** Characters of a client's own words that a line shows. */
const LONG = 100;

/** Warns of classes without a callback, whose decorators may have been forgotten: no fault, for the constructor may give the connection to a service. */
export function warnOfIdle(plans: readonly Plan[], logger: Logger): void {
  for (const { name, path, upgrade, init, text, binary, ping, pong, terminate, infos } of plans) {
    const callbacks = [upgrade, init, text, binary, ping, pong, terminate, ...infos];
    if (callbacks.some((callback) => callback !== null)) continue;
    logger.warn(
      `${name} ('${path}') has no callback at all: its connections are opened, and whatever comes is ignored. Decorate its methods, with ` +
        '@OnText() or @OnInit() for example.',
    );
  }
}

/** Warns of requests that are refused, or answered in vain, where a mistake in the application may be behind it; each is said once, and only so many are. */
export class Notices {
  readonly #logger: Logger;
  readonly #plans: readonly Plan[];
  readonly #paths = new Set<string>();
  readonly #origins = new Set<string>();
  readonly #subprotocols = new Set<string>();

  constructor(logger: Logger, plans: readonly Plan[]) {
    this.#logger = logger;
    this.#plans = plans;
  }

  /** An upgrade was asked for at a path that no handler serves. */
  notFound(path: string): void {
    if (!isNews(this.#paths, path)) return;
    const served = new Set<unknown>(this.#plans.map((plan) => plan.handler));
    const left = loadedHandlers().find(([handler, record]) => !served.has(handler) && pathMatches(record.path, path));
    const advice =
      left === undefined
        ? this.#served()
        : `${left[0].name} is decorated with '${left[1].path}', but not served: add it to handlers.`;
    this.#logger.warn(`No handler serves ${quote(path)} (404). ${advice}`);
  }

  #served(): string {
    if (this.#plans.length === 0)
      return 'There are no handlers: list classes in handlers; discover finds those that modules export.';
    const some = this.#plans.slice(0, SOME).map((plan) => `'${plan.path}' (${plan.name})`);
    return `There are ${some.join(', ')}${this.#plans.length > SOME ? ' and others' : ''}.`;
  }

  /** A page was refused for its origin; a function that refuses it has its reasons. */
  foreignOrigin({ name, options }: Plan, { origin = '', host, scheme }: UpgradeRequest): void {
    const { origins } = options;
    if (typeof origins === 'function' || !isNews(this.#origins, `${name} ${origin}`)) return;
    const own = scheme === 'wss' ? `https://${host}` : host;
    const allowed = origins === 'same-origin' ? `pages of ${quote(own)} only` : 'those that it lists';
    this.#logger.warn(
      `${name} refused a page of the origin ${quote(origin)} (403): its option origins lets in ${allowed}. If the page is yours, list its ` +
        "origin: @WebSocketHandler('/path', { origins: ['https://its.origin'] }), or serve({ defaults: { origins: […] } }). Behind a proxy " +
        'that changes Host, set trustProxy: true.',
    );
  }

  /** A client that offers sub-protocols got none: browsers, and most other clients, end the connection then (RFC 6455, section 4.1). */
  noSubprotocol({ name, options }: Plan, offered: readonly string[]): void {
    if (!isNews(this.#subprotocols, name)) return;
    const spoken = options.subprotocols.length === 0 ? 'lists none' : `lists ${quote(options.subprotocols.join(', '))}`;
    this.#logger.warn(
      `${name} has no sub-protocol in common with a client: it offers ${quote(offered.join(', '))}, the handler ${spoken}. Clients end such a ` +
        "connection. List what the handler speaks: @WebSocketHandler('/path', { subprotocols: ['name'] }); or let the client offer none.",
    );
  }
}

/** What a client said, as a line of a log may have it. */
function quote(said: string): string {
  return JSON.stringify(said.length > LONG ? `${said.slice(0, LONG)}…` : said);
}

function isNews(said: Set<string>, line: string): boolean {
  if (said.size >= ENOUGH || said.has(line)) return false;
  said.add(line);
  return true;
}
