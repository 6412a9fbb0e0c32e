import { type Home, settle } from '../../di/bus.js';
import { TsyringeInjector } from '../../di/tsyringe.js';
import type { Bus } from '../bus.js';
import type { Injector } from '../injector.js';
import { comparePaths } from '../path.js';
import { compilePlans, type HandlerClass, type Plan } from '../plan.js';
import { Router } from '../router.js';
import type { Hub } from './hub.js';
import { warnOfIdle } from './notices.js';
import type { AttachOptions } from './options.js';
import { checkServerOptions, serverLimits } from './server-options.js';
import { Upgrades } from './upgrades.js';

/** Handlers that are ready to be asked. */
export interface Prepared<H extends Hub> {
  readonly hub: H;
  readonly plans: readonly Plan[];
  readonly upgrades: Upgrades;
  /** For who cannot serve them after all: makes the container what it was. */
  giveBack(): void;
}

/**
 * Puts together what serves handlers, but for what brings them requests: checks the options, compiles the classes, and settles container and
 * bus. Throws `VAQUERO_INVALID_HANDLER`, `VAQUERO_DUPLICATE_PATH`, `VAQUERO_INVALID_OPTION` or `VAQUERO_BUS_CONFLICT`.
 */
export function prepare<H extends Hub>(
  options: AttachOptions,
  HubClass: new (bus: Bus, options: AttachOptions) => H,
): Prepared<H> {
  const home = findHome(options);
  try {
    const { injector, plans } = compile(options, home);
    const hub = new HubClass(home.bus, options);
    warnOfIdle(plans, hub.logger);
    return { hub, plans, upgrades: new Upgrades(hub, plans, injector, serverLimits(options)), giveBack: home.giveBack };
  } catch (error) {
    home.giveBack();
    throw error;
  }
}

/** The plans of handlers, in the order in which a server tries their paths. Throws as `prepare` does. */
export function inspect(handlers: readonly HandlerClass[]): Plan[] {
  const { plans } = compile({ handlers }, findHome({ handlers }));
  // Refuses two of one path.
  new Router(plans);
  return plans.sort((one, other) => comparePaths(one.path, other.path));
}

function findHome(options: AttachOptions): Home {
  checkServerOptions(options);
  return settle(options.container, options.bus);
}

function compile(options: AttachOptions, { container, bus }: Home): { injector: Injector; plans: Plan[] } {
  const injector = new TsyringeInjector(container, bus);
  return {
    injector,
    plans: compilePlans(options.handlers, options.defaults ?? {}, (handler) => injector.faults(handler)),
  };
}
