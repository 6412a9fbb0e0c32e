import { settle } from '../../di/bus.js';
import { TsyringeInjector } from '../../di/tsyringe.js';
import { comparePaths } from '../path.js';
import { compilePlans, type HandlerClass, type Plan } from '../plan.js';
import { Router } from '../router.js';

/**
 * @internal The plans of handlers, in the order in which a server tries their paths, without a server. Throws `VAQUERO_INVALID_HANDLER` or
 * `VAQUERO_DUPLICATE_PATH`, as `attach` does.
 */
export function inspect(handlers: readonly HandlerClass[]): Plan[] {
  const { container, bus } = settle(undefined, undefined);
  const injector = new TsyringeInjector(container, bus);
  const plans = compilePlans(handlers, {}, (handler) => injector.faults(handler));
  new Router(plans);
  return plans.sort((one, other) => comparePaths(one.path, other.path));
}
