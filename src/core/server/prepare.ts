import { settle } from '../../di/bus.js';
import { TsyringeInjector } from '../../di/tsyringe.js';
import type { Bus } from '../bus.js';
import { compilePlans } from '../plan.js';
import type { Hub } from './hub.js';
import type { AttachOptions } from './options.js';
import { checkServerOptions, serverLimits } from './server-options.js';
import { Upgrades } from './upgrades.js';

/** Handlers that are ready to be asked. */
export interface Prepared<H extends Hub> {
  readonly hub: H;
  readonly upgrades: Upgrades;
}

/**
 * Puts together what serves handlers, but for what brings them requests: checks the options, compiles the classes, and settles container and
 * bus. Throws `VAQUERO_INVALID_HANDLER`, `VAQUERO_DUPLICATE_PATH`, `VAQUERO_INVALID_OPTION` or `VAQUERO_BUS_CONFLICT`.
 */
export function prepare<H extends Hub>(
  options: AttachOptions,
  HubClass: new (bus: Bus, options: AttachOptions) => H,
): Prepared<H> {
  checkServerOptions(options);
  const { container, bus } = settle(options.container, options.bus);
  const injector = new TsyringeInjector(container, bus);
  const plans = compilePlans(options.handlers, options.defaults ?? {}, (handler) => injector.faults(handler));
  const hub = new HubClass(bus, options);
  return { hub, upgrades: new Upgrades(hub, plans, injector, serverLimits(options)) };
}
