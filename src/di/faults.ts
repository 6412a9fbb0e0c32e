import { type DependencyContainer, Lifecycle } from 'tsyringe';
import { Bus } from '../core/bus.js';
import { isForeign, twoCopies } from '../core/copies.js';
import { VaqueroError } from '../core/errors.js';
import { untypedConstructor } from '../core/metadata.js';
import type { HandlerClass } from '../core/plan.js';
import { settleSingleton } from './bus.js';
import { internals, type Registration } from './internals.js';
import { type OtherTsyringe, refuseForeign } from './other-tsyringe.js';
import { isGiven, label, type Parameter, parametersOf, type Token } from './parameters.js';

/** A service that is made once, and how it is registered. */
interface Singleton {
  readonly name: string;
  readonly registration: Registration;
}

/**
 * What can never be injected into a handler, or into what is injected into it, a sentence each. Throws `VAQUERO_BUS_CONFLICT` where a singleton
 * among it has another bus already, and `VAQUERO_INVALID_HANDLER` where it belongs to another copy of tsyringe or of vaquero.
 */
export function injectionFaults(
  handler: HandlerClass,
  container: DependencyContainer,
  bus: Bus,
  others: readonly OtherTsyringe[],
): readonly string[] {
  const walk = new Walk(container, bus, others);
  if (internals(container).getRegistration(handler)?.options.lifecycle === Lifecycle.Singleton) {
    walk.faults.push(
      'is registered as a singleton, but a handler is made for each connection. Remove @singleton(), and keep what is shared in a service',
    );
  }
  const untyped = untypedConstructor(handler);
  // That of the class's own constructor is a fault of its plan.
  if (untyped !== undefined && untyped !== handler) {
    walk.faults.push(
      `inherits its constructor from ${untyped.name}, of whose parameters the compiler emitted no types. Decorate ${untyped.name} with @injectable()`,
    );
  }
  walk.constructorOf(handler, '', null);
  return walk.faults;
}

/** Goes from class to class as the container will. What only a factory or the container itself knows is found when a handler is made. */
class Walk {
  readonly faults: string[] = [];
  readonly #container: DependencyContainer;
  readonly #bus: Bus;
  readonly #others: readonly OtherTsyringe[];
  readonly #seen = new Set<Token>();
  readonly #seenShared = new Set<Token>();

  constructor(container: DependencyContainer, bus: Bus, others: readonly OtherTsyringe[]) {
    this.#container = container;
    this.#bus = bus;
    this.#others = others;
  }

  /**
   * @param trail - the classes on the way to this one, each with its colon
   * @param shared - the singleton that this one is made for, and lives as long as
   */
  constructorOf(target: HandlerClass, trail: string, shared: Singleton | null): void {
    const seen = shared === null ? this.#seen : this.#seenShared;
    if (seen.has(target)) return;
    seen.add(target);
    for (const [i, parameter] of parametersOf(target).entries()) {
      if (!parameter.opaque) this.#parameter(parameter, `${trail}${label(parameter, i)}`, trail, shared);
    }
  }

  #parameter({ token, untold, optional }: Parameter, place: string, trail: string, shared: Singleton | null): void {
    if (token === undefined) {
      this.faults.push(
        `${place} of the constructor has a type that is ${untold}. Inject a class, imported as a value, or name a token: @inject(TOKEN)`,
      );
    } else if (isForeign(token)) {
      const sign = `${place} of the constructor is of the other`;
      throw new VaqueroError('VAQUERO_INVALID_HANDLER', `${twoCopies('vaquero', sign)}.`);
    } else if (isGiven(token)) {
      if (shared === null) return;
      if (token === Bus) settleSingleton(shared.name, shared.registration, this.#bus);
      else this.faults.push(captured(place, token.name, shared.name));
    } else this.#token(token, place, trail, shared, optional);
  }

  #token(token: Token, place: string, trail: string, shared: Singleton | null, optional: boolean): void {
    const registration = internals(this.#container).getRegistration(token);
    if (registration === null) refuseForeign(token, this.#others);
    if (registration !== null) {
      const { provider, options } = registration;
      if (provider.useToken !== undefined) this.#token(provider.useToken, place, trail, shared, optional);
      if (provider.useClass === undefined) return;
      const { name } = provider.useClass;
      this.#class(provider.useClass, place, trail, options.lifecycle === Lifecycle.Singleton ? { name, registration } : shared);
    } else if (typeof token === 'function') this.#class(token as HandlerClass, place, trail, shared);
    else if (!optional) {
      this.faults.push(
        `${place} of the constructor is a token that is not registered. Register it before serve or attach, in their container: ` +
          'container.register(TOKEN, { useValue: … })',
      );
    }
  }

  #class(target: HandlerClass, place: string, trail: string, shared: Singleton | null): void {
    if (untypedConstructor(target) === undefined) return this.constructorOf(target, `${trail}${target.name}: `, shared);
    this.faults.push(
      `${place} of the constructor cannot be made: ${target.name} takes parameters of which nothing is known. Decorate it with @injectable() ` +
        'or @singleton(), or register how it is made',
    );
  }
}

function captured(place: string, name: string, shared: string): string {
  return (
    `${place} of the constructor would be that of the first connection for ever, because ${shared} is a singleton. Give ${shared}'s ` +
    `methods what they need of the ${name}, such as connection.ref, or make ${shared} @injectable()`
  );
}
