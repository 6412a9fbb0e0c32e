import 'reflect-metadata';
import { type DependencyContainer, injectable, Lifecycle } from 'tsyringe';
import { Bus } from '../core/bus.js';
import { Connection } from '../core/connection/connection.js';
import { VaqueroError } from '../core/errors.js';
import type { Injector, Maker } from '../core/injector.js';
import type { HandlerClass } from '../core/plan.js';
import { UpgradeRequest } from '../core/upgrade-request.js';
import { injectionFaults } from './faults.js';
import { type Disposable, internals, type Registration, type Resolve } from './internals.js';
import { otherTsyringes } from './other-tsyringe.js';
import { isGiven, label, type Parameter, parametersOf, type Token } from './parameters.js';

/** How much of a dependency belongs to one connection. */
interface Scope {
  /** It must be made for each connection. */
  readonly scoped: boolean;
  /** Something made for it must be disposed with the connection. */
  readonly disposable: boolean;
}

const SHARED: Scope = { scoped: false, disposable: false };
const UNKNOWN: Scope = { scoped: true, disposable: true };

/**
 * Makes handlers with tsyringe. What the application shares is resolved from its own container, never through a connection's: a
 * singleton that tsyringe makes through a child container is disposed with that child. A connection has a child container only while
 * its handler is made, and only where something in it belongs to the connection; it is kept only if something must be disposed.
 */
export class TsyringeInjector implements Injector {
  readonly #container: DependencyContainer;
  readonly #bus: Bus;
  readonly #others = otherTsyringes();
  readonly #scopes = new Map<Token, Scope>();

  constructor(container: DependencyContainer, bus: Bus) {
    this.#container = container;
    this.#bus = bus;
  }

  faults(handler: HandlerClass): readonly string[] {
    return injectionFaults(handler, this.#container, this.#bus, this.#others);
  }

  maker(handler: HandlerClass): Maker {
    // Tells tsyringe the constructor's parameters, so that handlers need no @injectable() beside @WebSocketHandler.
    injectable()(handler);
    const parameters = parametersOf(handler);
    const scopes = parameters.map((parameter) => this.#parameterScope(parameter));
    const disposes = hasDispose(handler);
    return scopes.some((scope) => scope.scoped)
      ? this.#scopedMaker(handler, disposes || scopes.some((scope) => scope.disposable))
      : this.#directMaker(handler, parameters, disposes);
  }

  /** Everything but the connection itself comes from the application: no child container is made. */
  #directMaker(handler: HandlerClass, parameters: readonly Parameter[], disposes: boolean): Maker {
    const fillers = parameters.map((parameter, i) => this.#filler(handler, parameter, i));
    return (connection, request, made) => {
      const given = new Array<unknown>(fillers.length);
      for (let i = 0; i < fillers.length; i++) given[i] = (fillers[i] as Filler)(connection, request);
      const instance = new handler(...given);
      made.handler = instance;
      if (disposes) made.dispose = () => (instance as Disposable).dispose();
    };
  }

  #filler(handler: HandlerClass, parameter: Parameter, index: number): Filler {
    const { token, multiple, optional } = parameter;
    if (token === Connection) return (connection) => connection;
    if (token === UpgradeRequest) return (_, request) => request;
    if (token === Bus) return () => this.#bus;
    const container = this.#container;
    return () => {
      try {
        if (multiple) return container.resolveAll(token as HandlerClass);
        if (optional && !container.isRegistered(token as HandlerClass, true)) return undefined;
        return container.resolve(token as HandlerClass);
      } catch (cause) {
        throw failed(handler, `${label(parameter, index)}: ${(cause as Error).message}`, cause);
      }
    };
  }

  #scopedMaker(handler: HandlerClass, disposes: boolean): Maker {
    return (connection, request, made) => {
      const child = this.#container.createChildContainer();
      child.registerInstance(Connection as HandlerClass, connection);
      child.registerInstance(UpgradeRequest as HandlerClass, request);
      const make = this.#keepSharedOut(child);
      if (disposes) made.dispose = () => disposeAll(child);
      try {
        made.handler = make(handler) as object;
      } catch (cause) {
        // The handler's own constructor may have done what it must not, such as sending.
        throw VaqueroError.is(cause) ? cause : failed(handler, (cause as Error).message, cause);
      }
    };
  }

  /** Sends a child container's requests for what is shared to the application's container. tsyringe asks `this` for every dependency. */
  #keepSharedOut(child: DependencyContainer): Resolve {
    const own = child.resolve.bind(child) as Resolve;
    const ownAll = child.resolveAll.bind(child) as Resolve;
    const app = internals(this.#container);
    const redirected = {
      resolve: (token: Token, ...more: unknown[]) =>
        this.#scope(token).scoped ? own(token, ...more) : app.resolve(token, ...more),
      resolveAll: (token: Token, ...more: unknown[]) =>
        this.#scope(token).scoped ? ownAll(token, ...more) : app.resolveAll(token, ...more),
    };
    Object.assign(child, redirected);
    return own;
  }

  #parameterScope(parameter: Parameter): Scope {
    if (parameter.opaque) return UNKNOWN;
    const token = parameter.token as Token;
    // They are given by hand where nothing else needs a child container.
    return isGiven(token) ? SHARED : this.#scope(token);
  }

  #scope(token: Token): Scope {
    let scope = this.#scopes.get(token);
    if (scope === undefined) {
      // Stands while the token's own dependencies are looked at, so that a circle ends.
      this.#scopes.set(token, SHARED);
      scope = this.#findScope(token);
      this.#scopes.set(token, scope);
    }
    return scope;
  }

  #findScope(token: Token): Scope {
    if (token === Connection || token === UpgradeRequest) return { scoped: true, disposable: false };
    // What `delay` was given is not known before it is asked for.
    if (typeof token === 'object') return UNKNOWN;
    const registration = this.#registration(token);
    if (registration === null) return typeof token === 'function' ? this.#classScope(token as HandlerClass) : SHARED;
    const { provider, options } = registration;
    if (options.lifecycle === Lifecycle.Singleton || 'useValue' in provider) return SHARED;
    if (provider.useToken !== undefined) return this.#scope(provider.useToken);
    if (provider.useClass === undefined) return UNKNOWN;
    const scope = this.#classScope(provider.useClass);
    return options.lifecycle === Lifecycle.Transient
      ? scope
      : { scoped: true, disposable: scope.disposable || hasDispose(provider.useClass) };
  }

  /** A class made anew each time belongs to the connection if something it needs does, or if it must be disposed. */
  #classScope(target: HandlerClass): Scope {
    const scopes = parametersOf(target).map((parameter) =>
      parameter.opaque || parameter.token === undefined ? UNKNOWN : this.#scope(parameter.token),
    );
    const disposable = hasDispose(target) || scopes.some((scope) => scope.disposable);
    return { scoped: disposable || scopes.some((scope) => scope.scoped), disposable };
  }

  #registration(token: Token): Registration | null {
    return internals(this.#container).getRegistration(token);
  }
}

/** Disposes what a child container made. Its own `dispose` breaks off at the first that throws. */
async function disposeAll(child: DependencyContainer): Promise<void> {
  const outcomes = await Promise.allSettled([...internals(child).disposables].map(async (one) => one.dispose()));
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} of the connection's services could not be disposed.`);
}

type Filler = (connection: Connection, request: UpgradeRequest) => unknown;

function hasDispose(target: HandlerClass): boolean {
  return typeof (target.prototype as { dispose?: unknown }).dispose === 'function';
}

function failed(handler: HandlerClass, reason: string, cause: unknown): VaqueroError {
  return new VaqueroError(
    'VAQUERO_INJECTION_FAILED',
    `Cannot make ${handler.name}: ${reason}. What the container called to make it failed; the cause says where.`,
    { cause },
  );
}
