import { Bus } from '../core/bus.js';
import { Connection } from '../core/connection/connection.js';
import { constructorTypes } from '../core/metadata.js';
import type { HandlerClass } from '../core/plan.js';
import { UpgradeRequest } from '../core/upgrade-request.js';

/** Where tsyringe's `@inject` and its like record what they were given. */
const TOKENS = 'injectionTokens';

/** What a container looks things up by. */
export type Token = string | symbol | object | (new (...parameters: never[]) => unknown);

/** What one parameter of a constructor is to be filled with. */
export interface Parameter {
  /** `undefined` where the declared type is gone at run time. */
  readonly token: Token | undefined;
  /** What the declared type may have been where it is gone. */
  readonly untold: string | undefined;
  /** `@injectAll`. */
  readonly multiple: boolean;
  /** `@inject(token, { isOptional: true })`. */
  readonly optional: boolean;
  /** Something only tsyringe itself can fill: `delay`, `@injectWithTransform`. */
  readonly opaque: boolean;
}

/** What a class's constructor asks for, in order, as tsyringe sees it. */
export function parametersOf(target: HandlerClass): readonly Parameter[] {
  const types = constructorTypes(target) ?? [];
  const tokens = (Reflect.getOwnMetadata(TOKENS, target) ?? {}) as Record<number, unknown>;
  return types.map((type, i) => (tokens[i] === undefined ? fromType(type) : fromToken(tokens[i])));
}

const PRIMITIVE = 'a primitive, of which the container can have no class';
const STRUCTURE = 'a structure, of which the container can have no class';

/** What compilers emit for types that are no class of the application's, and what such a type may have been. */
const NO_CLASSES = new Map<unknown, string>([
  [undefined, 'undefined: a circular import, or a class that is written further down'],
  [Object, 'no class at run time: an interface, a type alias or a union, or a class behind "import type"'],
  [Function, 'no class at run time: a function, or a class behind "import type"'],
  ...[String, Number, Boolean, Symbol, BigInt].map((type) => [type, PRIMITIVE] as const),
  ...[Array, Promise].map((type) => [type, STRUCTURE] as const),
]);

function fromType(type: unknown): Parameter {
  const untold = NO_CLASSES.get(type);
  const token = untold === undefined ? (type as Token) : undefined;
  return { token, untold, multiple: false, optional: false, opaque: false };
}

function fromToken(given: unknown): Parameter {
  if (typeof given !== 'object' || given === null)
    return { token: given as Token, untold: undefined, multiple: false, optional: false, opaque: false };
  const { token, multiple, isOptional, transform } = given as {
    token?: unknown;
    multiple?: boolean;
    isOptional?: boolean;
    transform?: unknown;
  };
  const opaque = transform !== undefined || (typeof token === 'object' && token !== null) || token === undefined;
  return { token: token as Token, untold: undefined, multiple: multiple === true, optional: isOptional === true, opaque };
}

/** A parameter's name for people; positions count from 1. */
export function label(parameter: Parameter, index: number): string {
  const { token } = parameter;
  return `parameter ${index + 1}${token === undefined ? '' : ` (${typeof token === 'function' ? token.name : String(token)})`}`;
}

/** Whether something is given to handlers by vaquero, and need not be known to the container. */
export function isGiven(token: Token): token is typeof Connection | typeof UpgradeRequest | typeof Bus {
  return token === Connection || token === UpgradeRequest || token === Bus;
}
