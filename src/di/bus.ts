import 'reflect-metadata';
import { type DependencyContainer, container as globalContainer, type InjectionToken } from 'tsyringe';
import { Bus } from '../core/bus.js';
import { VaqueroError } from '../core/errors.js';
import { Presence } from '../core/presence.js';
import { internals, type Registration } from './internals.js';
import type { Token } from './parameters.js';

/** A container, and the bus that its services get. */
export interface Home {
  readonly container: DependencyContainer;
  readonly bus: Bus;
  /** For who cannot be served: makes the container what it was, unless somebody else uses the same bus there. */
  giveBack(): void;
}

/** How many use a bus that is registered, and how what was done for the first is undone with the last of them. */
interface Tenancy {
  users: number;
  readonly undo: readonly (() => void)[];
}

const tenancies = new WeakMap<Registration, Tenancy>();

/** Buses that services got and no server uses yet. */
const early = new WeakSet<Bus>();

/** The bus that each singleton was given: that of the first server it was made for. */
const busOfSingleton = new WeakMap<Registration, Bus>();

/** A service may be made before its server: the bus that it is given then is there for the server, too. */
const ON_DEMAND = {
  useFactory: (container: DependencyContainer): Bus => {
    const bus = new Bus();
    container.registerInstance(Bus, bus);
    early.add(bus);
    return bus;
  },
};
const PRESENCE_ON_DEMAND = { useFactory: (container: DependencyContainer): Presence => container.resolve(Bus).presence };
globalContainer.register(Bus, ON_DEMAND);
globalContainer.register(Presence, PRESENCE_ON_DEMAND);

/**
 * Settles which container and which bus a server uses, so that services and handlers share one bus: the given one, else the container's, else
 * a new one of this process; it is registered in the container if it is not there. Throws `VAQUERO_BUS_CONFLICT` where the container itself,
 * or a service that was made before, has another than the given one.
 */
export function settle(container: DependencyContainer | undefined, bus: Bus | undefined): Home {
  const own = container ?? homeInGlobal(bus);
  const settled = bus ?? registeredIn(own) ?? new Bus();
  const registered = own.isRegistered(Bus) ? registeredIn(own) : undefined;
  if (registered !== undefined && registered !== settled) throw conflict(registered);
  const undo: (() => void)[] = [];
  if (registered === undefined) undo.push(register(own, Bus, settled));
  if (early.delete(settled)) undo.push(() => early.add(settled));
  if (lacksPresence(own)) undo.push(register(own, Presence, settled.presence));
  return { container: own, bus: settled, giveBack: moveIn(own, undo) };
}

/** Answers what is to be called by who moves out again. */
function moveIn(container: DependencyContainer, undo: readonly (() => void)[]): () => void {
  const registration = internals(container).getRegistration(Bus) as Registration;
  const tenancy = tenancies.get(registration) ?? { users: 0, undo };
  tenancies.set(registration, tenancy);
  tenancy.users++;
  return () => {
    if (--tenancy.users > 0) return;
    tenancies.delete(registration);
    for (const step of tenancy.undo) step();
  };
}

/** Answers what takes it back. */
function register<T extends object>(container: DependencyContainer, token: InjectionToken<T>, instance: T): () => void {
  container.registerInstance(token, instance);
  const { _registry } = internals(container);
  const added = _registry.getAll(token as Token).at(-1);
  return () => {
    const others = _registry.getAll(token as Token).filter((one) => one !== added);
    _registry.setAll(token as Token, others);
  };
}

/**
 * A singleton that takes the bus has that of the first server it is made for, also where a later one has a bus of its own and a child of the
 * first one's container. Throws `VAQUERO_BUS_CONFLICT` for that later one.
 */
export function settleSingleton(name: string, registration: Registration, bus: Bus): void {
  const { instance } = registration;
  const settled = instance === undefined ? undefined : (busOfSingleton.get(registration) ?? busHeldBy(instance));
  if (settled === undefined) busOfSingleton.set(registration, bus);
  else if (settled !== bus) throw singletonConflict(name);
}

/** The bus that an instance was given, as far as it can be seen: one that was made by hand may have got it of any container. */
function busHeldBy(instance: unknown): Bus | undefined {
  return Object.values(instance as object).find((value) => value instanceof Bus);
}

/** Presence is that of the bus; one that is registered by hand, in a test for example, stays. */
function lacksPresence(container: DependencyContainer): boolean {
  const registration = container.isRegistered(Presence) ? internals(container).getRegistration(Presence) : null;
  return registration === null || registration.provider === PRESENCE_ON_DEMAND;
}

/** The global container, unless a server before has registered another bus there: then a child of it. */
function homeInGlobal(bus: Bus | undefined): DependencyContainer {
  const registered = registeredIn(globalContainer);
  const taken = bus !== undefined && registered !== undefined && registered !== bus && !early.has(registered);
  return taken ? globalContainer.createChildContainer() : globalContainer;
}

/** The bus of a container, or of one above it; `undefined` if nobody has asked for one. */
function registeredIn(container: DependencyContainer): Bus | undefined {
  const registration = internals(container).getRegistration(Bus);
  return registration === null || registration.provider === ON_DEMAND ? undefined : container.resolve(Bus);
}

function conflict(registered: Bus): VaqueroError {
  const message = early.has(registered)
    ? 'A service was made before the server and got a Bus of its own, and the option bus is another: it would publish where no handler ' +
      'listens. Register the bus before the first service is made: container.registerInstance(Bus, bus).'
    : 'The container has a Bus already, and the option bus is another: services would publish where no handler listens. Leave out the ' +
      'option, or register no Bus in this container.';
  return new VaqueroError('VAQUERO_BUS_CONFLICT', message);
}

function singletonConflict(name: string): VaqueroError {
  return new VaqueroError(
    'VAQUERO_BUS_CONFLICT',
    `${name} is a singleton that was made for a server or a mount with another bus: it would publish where no handler of this one listens. Use ` +
      `that bus, or give this one a container with a ${name} of its own: own = container.createChildContainer(), own.registerSingleton(${name}), ` +
      'and the option container: own.',
  );
}
