import type { Connection } from './connection/connection.js';
import type { HandlerClass } from './plan.js';
import type { UpgradeRequest } from './upgrade-request.js';

/** A handler made for one connection, and what must be disposed when it ends, if anything. */
export interface Made {
  readonly handler: object;
  readonly dispose: (() => unknown) | null;
}

/** Makes the handler of one connection. */
export type Maker = (connection: Connection, request: UpgradeRequest) => Made;

/** What vaquero needs of a container. */
export interface Injector {
  /** What can never be injected into a class, a sentence each. */
  faults(handler: HandlerClass): readonly string[];
  /** Looks at a class once, and answers what makes its instances. Throws `VAQUERO_INJECTION_FAILED` from there. */
  maker(handler: HandlerClass): Maker;
}
