import 'reflect-metadata';
import { type DependencyContainer, container as globalContainer } from 'tsyringe';
import { Bus } from '../core/bus.js';

/** A container, and the bus that its services get. */
export interface Home {
  readonly container: DependencyContainer;
  readonly bus: Bus;
}

/**
 * Settles which container and which bus a server uses, so that services and handlers share one bus: the container's own if it has one,
 * else the given one, else a new one of this process, which is registered. Where the container has another than the given one, the
 * server gets a child container of its own, and the given bus is registered there.
 */
export function settle(container: DependencyContainer = globalContainer, given?: Bus): Home {
  const registered = container.isRegistered(Bus, true) ? container.resolve(Bus) : undefined;
  if (registered !== undefined && (given === undefined || given === registered)) return { container, bus: registered };
  const bus = given ?? new Bus();
  const home = registered === undefined ? container : container.createChildContainer();
  home.registerInstance(Bus, bus);
  return { container: home, bus };
}
