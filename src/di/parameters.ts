import { constructorTypes } from '../core/metadata.js';
import type { HandlerClass } from '../core/plan.js';

/** Where tsyringe's `@inject` and its like record what they were given. */
const TOKENS = 'injectionTokens';

/** What a container looks things up by. */
export type Token = string | symbol | object | (new (...parameters: never[]) => unknown);

/** What one parameter of a constructor is to be filled with. */
export interface Parameter {
  /** `undefined` where the declared type is gone at run time. */
  readonly token: Token | undefined;
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

/** Whether a class, or the base whose constructor it has, takes parameters of which nothing is known. */
export function typesAreMissing(target: HandlerClass): boolean {
  if (constructorTypes(target) !== undefined) return false;
  for (let one: unknown = target; typeof one === 'function'; one = Object.getPrototypeOf(one)) if (one.length > 0) return true;
  return false;
}

/** What compilers emit for types that are no class of the application's: `Function` is a class behind `import type` too. */
const NO_CLASSES: readonly unknown[] = [Object, Function, String, Number, Boolean, Symbol, BigInt, Array, Promise];

function fromType(type: unknown): Parameter {
  const token = NO_CLASSES.includes(type) ? undefined : (type as Token | undefined);
  return { token, multiple: false, optional: false, opaque: false };
}

function fromToken(given: unknown): Parameter {
  if (typeof given !== 'object' || given === null)
    return { token: given as Token, multiple: false, optional: false, opaque: false };
  const { token, multiple, isOptional, transform } = given as {
    token?: unknown;
    multiple?: boolean;
    isOptional?: boolean;
    transform?: unknown;
  };
  const opaque = transform !== undefined || (typeof token === 'object' && token !== null) || token === undefined;
  return { token: token as Token, multiple: multiple === true, optional: isOptional === true, opaque };
}

/** A parameter's name for people; positions count from 1. */
export function label(parameter: Parameter, index: number): string {
  const { token } = parameter;
  return `parameter ${index + 1}${token === undefined ? '' : ` (${typeof token === 'function' ? token.name : String(token)})`}`;
}
