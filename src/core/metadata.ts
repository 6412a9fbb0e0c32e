import 'reflect-metadata';
import { brand } from './copies.js';
import { VaqueroError } from './errors.js';
import type { HandlerOptions } from './options.js';

/** What decorators record and the plan reads; nothing is decided here. */

/** The kinds of callback, each once a class but `info`. */
export type CallbackKind = 'upgrade' | 'init' | 'text' | 'binary' | 'ping' | 'pong' | 'info' | 'terminate';

/** What an `@OnInfo` was given: a class, a tag, a predicate, or nothing. */
export type InfoMatcher = (abstract new (...args: never[]) => unknown) | string | ((info: unknown) => boolean);

/** One decorated method. */
export interface CallbackRecord {
  readonly kind: CallbackKind;
  readonly key: string | symbol;
  readonly matcher?: InfoMatcher | undefined;
}

/** A class decorated with `@WebSocketHandler`. */
export interface HandlerRecord {
  readonly path: string;
  readonly options: HandlerOptions;
}

/** Any class at all. */
export type Class = abstract new (...args: never[]) => unknown;

// Registered symbols, so that two copies of the package see each other's classes, and can say so.
const HANDLER = Symbol.for('vaquero.handler');
const CALLBACKS = Symbol.for('vaquero.callbacks');
const INFO_NAME = Symbol.for('vaquero.info');

/** All classes that were decorated, be they served or not. */
const handlers = new Set<Class>();

/** Records what `@WebSocketHandler` was given on a class. */
export function recordHandler(target: Class, record: HandlerRecord): void {
  handlers.add(target);
  brand(target);
  Reflect.defineMetadata(HANDLER, record, target);
}

/** The class's own record, not its base's: a handler says its own path. */
export function handlerRecord(target: Class): HandlerRecord | undefined {
  return Reflect.getOwnMetadata(HANDLER, target) as HandlerRecord | undefined;
}

/** Every handler that was loaded, with its record. */
export function loadedHandlers(): readonly (readonly [Class, HandlerRecord])[] {
  return [...handlers].map((handler) => [handler, handlerRecord(handler) as HandlerRecord]);
}

/** Records a decorated method, after those that its class has already. */
export function recordCallback(prototype: object, record: CallbackRecord): void {
  const records = callbackRecords(prototype);
  Reflect.defineMetadata(CALLBACKS, [...records, record], prototype);
}

/** The callbacks that one class adds, in the order in which they are written; those of its bases are on their prototypes. */
export function callbackRecords(prototype: object): readonly CallbackRecord[] {
  return (Reflect.getOwnMetadata(CALLBACKS, prototype) as CallbackRecord[] | undefined) ?? [];
}

/** The declared types of a method's parameters, where the compiler emitted them. */
export function parameterTypes(prototype: object, key: string | symbol): readonly unknown[] | undefined {
  return Reflect.getOwnMetadata('design:paramtypes', prototype, key) as unknown[] | undefined;
}

/** The declared types of a constructor's parameters, where the compiler emitted them. */
export function constructorTypes(target: Class): readonly unknown[] | undefined {
  return Reflect.getMetadata('design:paramtypes', target) as unknown[] | undefined;
}

/** The class, this or a base, whose constructor takes parameters of which the compiler emitted nothing. */
export function untypedConstructor(target: Class): Class | undefined {
  if (constructorTypes(target) !== undefined) return undefined;
  for (let one: unknown = target; typeof one === 'function'; one = Object.getPrototypeOf(one))
    if (one.length > 0) return one as Class;
  return undefined;
}

/** A class's prototype cannot be replaced, an ordinary function's can: what tells `@OnInfo(Moved)` from `@OnInfo(isMoved)`. */
export function isClass(value: unknown): value is Class {
  return typeof value === 'function' && Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
}

const infoClasses = new Map<string, Class>();

/** Names an info class on the wire; a name stands for one class. */
export function nameInfo(target: Class, name: string): void {
  const other = infoClasses.get(name);
  if (other !== undefined && other !== target) {
    throw new VaqueroError(
      'VAQUERO_DUPLICATE_INFO_NAME',
      `@Info('${name}') is on ${other.name} and on ${target.name}. Give each class a name of its own.`,
    );
  }
  infoClasses.set(name, target);
  Reflect.defineMetadata(INFO_NAME, name, target);
}

/** The info class of a name on the wire. */
export function infoClass(name: string): Class | undefined {
  return infoClasses.get(name);
}

/** The name of an info class on the wire. */
export function infoName(target: Class): string | undefined {
  return Reflect.getOwnMetadata(INFO_NAME, target) as string | undefined;
}
