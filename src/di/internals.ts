import type { DependencyContainer, Lifecycle } from 'tsyringe';
import type { HandlerClass } from '../core/plan.js';
import type { Token } from './parameters.js';

/** How a token is registered. */
export interface Registration {
  readonly provider: { useClass?: HandlerClass; useValue?: unknown; useToken?: Token; useFactory?: unknown };
  readonly options: { readonly lifecycle: Lifecycle };
  /** What was made of it, where it is made once. */
  readonly instance?: unknown;
}

/** What must be told when it is no longer needed. */
export interface Disposable {
  dispose(): unknown;
}

/** How a container makes or finds what a token stands for. */
export type Resolve = (token: Token, ...more: unknown[]) => unknown;

/** What tsyringe 4.10 has beyond its types; a test for each use holds it to that. */
interface Internals {
  readonly resolve: Resolve;
  readonly resolveAll: Resolve;
  /** What was made by this container and must be disposed with it. */
  readonly disposables: ReadonlySet<Disposable>;
  /** The registration of a token, here or above. */
  getRegistration(token: Token): Registration | null;
  /** What is registered here. */
  readonly _registry: {
    getAll(token: Token): readonly Registration[];
    setAll(token: Token, registrations: readonly Registration[]): void;
  };
}

/** A container, seen with what its types leave out. */
export function internals(container: DependencyContainer): Internals {
  return container as unknown as Internals;
}
