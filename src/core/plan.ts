import { callbacksOf } from './callbacks.js';
import { COMPILER_SETTINGS } from './compiler-settings.js';
import { isForeign, twoCopies } from './copies.js';
import { describe, VaqueroError } from './errors.js';
import type { Callback, InfoClause } from './info-clauses.js';
import { type CallbackKind, handlerRecord, untypedConstructor } from './metadata.js';
import { optionFaults } from './option-checks.js';
import { type ConnectionOptions, completeOptions, type HandlerOptions } from './options.js';
import { pathFault } from './path.js';

/** A class of handlers: each connection gets an instance of its own. */
// biome-ignore lint/suspicious/noExplicitAny: a constructor with any parameters; the container knows them.
export type HandlerClass = new (...parameters: any[]) => object;

/** @internal What a handler class compiles to, once, at start-up: everything that a message needs to know. */
export interface Plan {
  readonly handler: HandlerClass;
  readonly name: string;
  readonly path: string;
  readonly options: ConnectionOptions;
  readonly upgrade: Callback | null;
  readonly init: Callback | null;
  readonly text: Callback | null;
  readonly binary: Callback | null;
  readonly ping: Callback | null;
  readonly pong: Callback | null;
  readonly terminate: Callback | null;
  /** In the order in which they are tried. */
  readonly infos: readonly InfoClause[];
  /** Whether an `@OnInfo` might take a published frame; if not, frames go straight to the socket. */
  readonly takesFrames: boolean;
}

/** @internal What the container finds wrong with a class's constructor, a sentence each. */
export type InjectionFaults = (handler: HandlerClass) => readonly string[];

/** What is wrong with all handlers of a server. */
interface Faults {
  /** A sentence each. */
  readonly said: string[];
  /** Where the compiler should have emitted types of parameters: one mistake, however often it shows. */
  readonly untyped: string[];
}

/** @internal Compiles all handlers of a server, or throws `VAQUERO_INVALID_HANDLER` with every fault of every class. */
export function compilePlans(handlers: readonly unknown[], defaults: HandlerOptions, injectionFaults: InjectionFaults): Plan[] {
  const faults: Faults = { said: optionFaults(defaults).map((fault) => `defaults: ${fault}`), untyped: [] };
  const plans: Plan[] = [];
  for (const handler of new Set(handlers)) {
    if (!isConstructor(handler)) {
      faults.said.push(noClass(handler));
      continue;
    }
    const plan = compile(handler, defaults, injectionFaults, faults);
    if (plan !== null) plans.push(plan);
  }
  const { said, untyped } = faults;
  if (untyped.length > 0)
    said.push(`The compiler emitted no types for the parameters of ${untyped.join(', ')}. ${COMPILER_SETTINGS}`);
  if (said.length === 0) return plans;
  const list = said.map((fault) => `\n  - ${fault}`).join('');
  throw new VaqueroError(
    'VAQUERO_INVALID_HANDLER',
    `The handlers have ${said.length === 1 ? 'a fault' : `${said.length} faults`}:${list}`,
  );
}

function isConstructor(handler: unknown): handler is HandlerClass {
  return typeof handler === 'function' && typeof handler.prototype === 'object';
}

function noClass(given: unknown): string {
  return `handlers must be classes decorated with @WebSocketHandler('/path'), got ${describe(given)}${remedy(given)}`;
}

/** What to write in place of what is no class. */
function remedy(given: unknown): string {
  if (given === undefined)
    return '; look at its import: a wrong name is undefined, and so is a circular import while it is loaded';
  if (given instanceof Promise) return "; await it and list what it answers: ...(await discover('dir'))";
  if (Array.isArray(given)) return '; list its classes one by one, or spread it: ...list';
  const maker: unknown = typeof given === 'object' ? given?.constructor : undefined;
  return isConstructor(maker) && handlerRecord(maker) !== undefined
    ? `; list the class ${maker.name} itself, of which each connection gets an instance`
    : '';
}

function compile(target: HandlerClass, defaults: HandlerOptions, injectionFaults: InjectionFaults, all: Faults): Plan | null {
  const name = target.name || '(anonymous class)';
  const record = handlerRecord(target);
  if (record === undefined) {
    all.said.push(`${name}: has no @WebSocketHandler('/path') of its own; decorate the class, or leave it out of handlers`);
    return null;
  }
  if (isForeign(target)) {
    throw new VaqueroError('VAQUERO_INVALID_HANDLER', `${twoCopies('vaquero', `${name} was decorated by the other`)}.`);
  }
  const { byKind, infos, faults, untyped } = callbacksOf(target);
  const path = pathFault(record.path);
  if (path !== undefined) faults.push(`@WebSocketHandler: ${path}`);
  faults.push(...optionFaults(record.options).map((fault) => `@WebSocketHandler: ${fault}`));
  faults.push(...injectionFaults(target));
  if (untypedConstructor(target) === target) untyped.push('constructor');
  all.said.push(...faults.map((fault) => `${name}: ${fault}`));
  all.untyped.push(...untyped.map((method) => `${name}.${method}`));
  if (faults.length > 0 || untyped.length > 0) return null;

  const one = (kind: CallbackKind): Callback | null => byKind.get(kind) ?? null;
  return {
    handler: target,
    name,
    path: record.path,
    options: completeOptions(record.options, defaults),
    upgrade: one('upgrade'),
    init: one('init'),
    text: one('text'),
    binary: one('binary'),
    ping: one('ping'),
    pong: one('pong'),
    terminate: one('terminate'),
    infos,
    takesFrames: infos.some((clause) => clause.mayTakeFrames),
  };
}
