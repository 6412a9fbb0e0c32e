import 'reflect-metadata';
import { type DependencyContainer, container as globalContainer } from 'tsyringe';
import { Bus } from '../core/bus.js';
import { VaqueroError } from '../core/errors.js';
import { Presence } from '../core/presence.js';

/** A container, and the bus that its services get. */
export interface Home {
  readonly container: DependencyContainer;
  readonly bus: Bus;
}

/**
 * Settles which container and which bus a server uses, so that services and handlers share one bus: the given one, else the container's, else
 * a new one of this process; it is registered in the container if it is not there. Throws `VAQUERO_BUS_CONFLICT` where the container itself
 * has another than the given one.
 */
export function settle(container: DependencyContainer | undefined, bus: Bus | undefined): Home {
  const own = container ?? homeInGlobal(bus);
  if (bus === undefined && own.isRegistered(Bus, true)) return home(own, own.resolve(Bus));
  const registered = own.isRegistered(Bus) ? own.resolve(Bus) : undefined;
  if (registered !== undefined && registered !== bus) {
    throw new VaqueroError(
      'VAQUERO_BUS_CONFLICT',
      'The container has a Bus already, and the option bus is another: services would publish where no handler listens. Leave out the ' +
        'option, or register no Bus in this container.',
    );
  }
  const settled = bus ?? new Bus();
  if (registered === undefined) own.registerInstance(Bus, settled);
  return home(own, settled);
}

/** Presence comes from the bus; one that is registered by hand, in a test for example, stays. */
function home(container: DependencyContainer, bus: Bus): Home {
  if (!container.isRegistered(Presence)) container.registerInstance(Presence, bus.presence);
  return { container, bus };
}

/** The global container, unless a server before has registered another bus there: then a child of it. */
function homeInGlobal(bus: Bus | undefined): DependencyContainer {
  const taken = bus !== undefined && globalContainer.isRegistered(Bus) && globalContainer.resolve(Bus) !== bus;
  return taken ? globalContainer.createChildContainer() : globalContainer;
}
