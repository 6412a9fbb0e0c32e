import { Frame } from './commands.js';
import { describe, VaqueroError } from './errors.js';
import {
  type CallbackKind,
  type CallbackRecord,
  type Class,
  callbackRecords,
  handlerRecord,
  type InfoMatcher,
  parameterTypes,
} from './metadata.js';
import { optionFaults } from './option-checks.js';
import { type ConnectionOptions, completeOptions, type HandlerOptions } from './options.js';
import { pathFault } from './path.js';

/** A class of handlers: each connection gets an instance of its own. */
// biome-ignore lint/suspicious/noExplicitAny: a constructor with any parameters; the container knows them.
export type HandlerClass = new (...parameters: any[]) => object;

/** @internal A method to call, found once. */
export interface Callback {
  readonly name: string;
  readonly fn: (this: object, event: unknown, connection?: unknown) => unknown;
}

/** @internal One `@OnInfo`: whether it takes an info, and what to call if it does. */
export interface InfoClause {
  readonly callback: Callback;
  /** `null` takes everything. */
  readonly takes: ((info: unknown) => boolean) | null;
  /** Whether a published frame could be taken too. */
  readonly mayTakeFrames: boolean;
  /** What it takes, for people. */
  readonly label: string;
}

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

const DECORATORS: Readonly<Record<CallbackKind, string>> = {
  upgrade: '@OnUpgrade',
  init: '@OnInit',
  text: '@OnText',
  binary: '@OnBinary',
  ping: '@OnPing',
  pong: '@OnPong',
  info: '@OnInfo',
  terminate: '@OnTerminate',
};

/** @internal What the container finds wrong with a class's constructor, a sentence each. */
export type InjectionFaults = (handler: HandlerClass) => readonly string[];

/** @internal Compiles all handlers of a server, or throws `VAQUERO_INVALID_HANDLER` with every fault of every class. */
export function compilePlans(handlers: readonly unknown[], defaults: HandlerOptions, injectionFaults: InjectionFaults): Plan[] {
  const faults = optionFaults(defaults).map((fault) => `defaults: ${fault}`);
  const plans: Plan[] = [];
  for (const handler of new Set(handlers)) {
    const compiled = compile(handler, defaults, injectionFaults);
    if (Array.isArray(compiled)) faults.push(...compiled);
    else plans.push(compiled);
  }
  if (faults.length === 0) return plans;
  const list = faults.map((fault) => `\n  - ${fault}`).join('');
  throw new VaqueroError(
    'VAQUERO_INVALID_HANDLER',
    `The handlers have ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:${list}`,
  );
}

function compile(handler: unknown, defaults: HandlerOptions, injectionFaults: InjectionFaults): Plan | string[] {
  if (typeof handler !== 'function' || typeof handler.prototype !== 'object') {
    return [`handlers must be classes decorated with @WebSocketHandler('/path'), got ${describe(handler)}`];
  }
  const target = handler as HandlerClass;
  const name = target.name || '(anonymous class)';
  const record = handlerRecord(target);
  if (record === undefined)
    return [`${name}: has no @WebSocketHandler('/path') of its own; decorate the class, or leave it out of handlers`];

  const { byKind, infos, faults } = collect(target);
  const path = pathFault(record.path);
  if (path !== undefined) faults.push(`@WebSocketHandler: ${path}`);
  faults.push(...optionFaults(record.options).map((fault) => `@WebSocketHandler: ${fault}`));
  faults.push(...injectionFaults(target));
  if (faults.length > 0) return faults.map((fault) => `${name}: ${fault}`);

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

interface Collected {
  readonly byKind: Map<CallbackKind, Callback>;
  readonly infos: InfoClause[];
  readonly faults: string[];
}

/** Walks from the class to its bases, so that what a subclass says comes first and stands. */
function collect(target: HandlerClass): Collected {
  const collected: Collected = { byKind: new Map(), infos: [], faults: [] };
  const seen = new Set<string | symbol>();
  for (
    let prototype = target.prototype;
    prototype && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const records = callbackRecords(prototype);
    collected.faults.push(...duplicateFaults(records));
    for (const record of records) {
      if (!seen.has(record.key)) collectOne(target, prototype, record, collected);
    }
    for (const record of records) seen.add(record.key);
  }
  return collected;
}

function collectOne(target: HandlerClass, prototype: object, record: CallbackRecord, { byKind, infos, faults }: Collected): void {
  const fn = (target.prototype as Record<string | symbol, unknown>)[record.key];
  const name = String(record.key);
  if (typeof fn !== 'function') {
    faults.push(`${name}: ${DECORATORS[record.kind]} must be on a method, and this is ${describe(fn)}`);
    return;
  }
  const callback: Callback = { name, fn: fn as Callback['fn'] };
  if (record.kind !== 'info') {
    if (!byKind.has(record.kind)) byKind.set(record.kind, callback);
    return;
  }
  const clause = infoClause(callback, record, prototype);
  if (typeof clause === 'string') faults.push(`${name}: ${clause}`);
  else infos.push(clause);
}

function duplicateFaults(records: readonly CallbackRecord[]): string[] {
  const faults: string[] = [];
  const first = new Map<CallbackKind, CallbackRecord>();
  for (const record of records) {
    if (record.kind === 'info') continue;
    const other = first.get(record.kind);
    if (other === undefined) first.set(record.kind, record);
    else {
      const decorator = DECORATORS[record.kind];
      faults.push(
        `${String(record.key)}: a second ${decorator} beside ${String(other.key)}; a class may have one, so put both into one method`,
      );
    }
  }
  return faults;
}

/** What an `@OnInfo` takes: by what it was given, or by the declared type of the method's first parameter. */
function infoClause(callback: Callback, record: CallbackRecord, prototype: object): InfoClause | string {
  if (record.matcher !== undefined) return byMatcher(callback, record.matcher);
  const types = parameterTypes(prototype, record.key);
  if (types === undefined && callback.fn.length > 0) {
    return (
      '@OnInfo() goes by the type of its parameter, and the compiler emitted none. Set "experimentalDecorators" and ' +
      '"emitDecoratorMetadata" to true and build with tsc or swc (esbuild drops metadata), or name what it takes: @OnInfo(SomeClass)'
    );
  }
  const type = types?.[0];
  if (type === Function)
    return '@OnInfo() goes by the type of its parameter, and its class is behind "import type". Import it as a value, or name what it takes: @OnInfo(SomeClass)';
  return typeof type !== 'function' || type === Object
    ? { callback, takes: null, mayTakeFrames: true, label: '*' }
    : byClass(callback, type as Class);
}

function byMatcher(callback: Callback, matcher: InfoMatcher): InfoClause {
  if (typeof matcher === 'string') {
    return {
      callback,
      takes: (info) => typeof info === 'object' && info !== null && (info as { type?: unknown }).type === matcher,
      mayTakeFrames: FRAME_TYPES.includes(matcher),
      label: `'${matcher}'`,
    };
  }
  return isClass(matcher)
    ? byClass(callback, matcher)
    : { callback, takes: matcher as (info: unknown) => boolean, mayTakeFrames: true, label: matcher.name || 'predicate' };
}

const FRAME_TYPES: readonly string[] = ['text', 'binary', 'ping', 'pong'];

const PRIMITIVES = new Map<unknown, string>([
  [String, 'string'],
  [Number, 'number'],
  [Boolean, 'boolean'],
  [Symbol, 'symbol'],
  [BigInt, 'bigint'],
]);

/** `string` and its like are emitted as their wrapper classes, of which no primitive is an instance. */
function byClass(callback: Callback, type: Class): InfoClause {
  const primitive = PRIMITIVES.get(type);
  const takes = primitive === undefined ? (info: unknown) => info instanceof type : (info: unknown) => typeof info === primitive;
  return { callback, takes, mayTakeFrames: type === Frame || Frame.prototype instanceof type, label: type.name };
}

/** A class's prototype cannot be replaced, an ordinary function's can: what tells `@OnInfo(Moved)` from `@OnInfo(isMoved)`. */
function isClass(matcher: Exclude<InfoMatcher, string>): matcher is Class {
  return Object.getOwnPropertyDescriptor(matcher, 'prototype')?.writable === false;
}
