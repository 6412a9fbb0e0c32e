import type { Connection } from './connection/connection.js';
import type { HandlerClass } from './plan.js';
import type { UpgradeRequest } from './upgrade-request.js';

/** What is made for one connection. */
export class Made {
  handler: object | null = null;
  /** What must be called when the connection ends, be it that its handler could not be made. */
  dispose: (() => unknown) | null = null;
}

/** Makes the handler of one connection. */
export type Maker = (connection: Connection, request: UpgradeRequest, made: Made) => void;

/** What vaquero needs of a container. */
export interface Injector {
  /** What can never be injected into a class, a sentence each. */
  faults(handler: HandlerClass): readonly string[];
  /** Looks at a class once, and answers what makes its instances. Throws `VAQUERO_INJECTION_FAILED` from there. */
  maker(handler: HandlerClass): Maker;
}
