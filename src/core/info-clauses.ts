import { FRAME_TYPES, Frame } from './commands.js';
import { type CallbackRecord, type Class, type InfoMatcher, isClass, parameterTypes } from './metadata.js';

/** A method to call, found once. */
export interface Callback {
  readonly name: string;
  readonly fn: (this: object, event: unknown, connection?: unknown) => unknown;
}

/** One `@OnInfo`: whether it takes an info, and what to call if it does. */
export interface InfoClause {
  readonly callback: Callback;
  /** `null` takes everything. */
  readonly takes: ((info: unknown) => boolean) | null;
  /** Whether a published frame could be taken too. */
  readonly mayTakeFrames: boolean;
  /** The class, tag or predicate that it goes by; `null` for none. */
  readonly by: InfoMatcher | null;
  /** What it takes, for people. */
  readonly label: string;
}

/** Where the compiler should have emitted a type and did not. */
export const UNTYPED = Symbol('untyped');

/** What an `@OnInfo` takes: by what it was given, or by the declared type of the method's first parameter. A string says what is wrong. */
export function infoClause(callback: Callback, record: CallbackRecord, prototype: object): InfoClause | string | typeof UNTYPED {
  if (record.matcher !== undefined) return byMatcher(callback, record.matcher);
  const types = parameterTypes(prototype, record.key);
  if (types === undefined && callback.fn.length > 0) return UNTYPED;
  const type = types?.[0];
  if (type === Function) {
    return '@OnInfo() goes by the type of its parameter, and its class is behind "import type". Import it as a value, or name what it takes: @OnInfo(SomeClass)';
  }
  return typeof type !== 'function' || type === Object
    ? { callback, takes: null, mayTakeFrames: true, by: null, label: '*' }
    : byClass(callback, type as Class);
}

function byMatcher(callback: Callback, matcher: InfoMatcher): InfoClause {
  if (typeof matcher === 'string') {
    return {
      callback,
      takes: (info) => typeof info === 'object' && info !== null && (info as { type?: unknown }).type === matcher,
      mayTakeFrames: FRAME_TYPES.some((type) => type === matcher),
      by: matcher,
      label: `'${matcher}'`,
    };
  }
  return isClass(matcher)
    ? byClass(callback, matcher)
    : {
        callback,
        takes: matcher as (info: unknown) => boolean,
        mayTakeFrames: true,
        by: matcher,
        label: matcher.name || 'predicate',
      };
}

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
  return { callback, takes, mayTakeFrames: type === Frame || Frame.prototype instanceof type, by: type, label: type.name };
}

/** Clauses of one class that never run, because one before takes all that they could: a sentence each. */
export function shadowFaults(clauses: readonly InfoClause[]): string[] {
  return clauses.flatMap((clause, i) => {
    const before = clauses.slice(0, i).find((other) => covers(other, clause));
    if (before === undefined) return [];
    const taken = before.takes === null ? 'every info' : `what is ${before.label}`;
    return [
      `${clause.callback.name}: its @OnInfo never runs, because ${before.callback.name} before it takes ${taken}; ` +
        'clauses are tried in the order in which they are written, so put the one that takes less first',
    ];
  });
}

function covers({ takes, by }: InfoClause, later: InfoClause): boolean {
  if (takes === null || by === later.by) return true;
  return isClass(by) && isClass(later.by) && later.by.prototype instanceof by;
}
