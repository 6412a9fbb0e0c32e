import { describe } from '../errors.js';
import { isClass } from '../metadata.js';
import { isPlain } from '../plain.js';
import type { Plan } from '../plan.js';

/** The kinds of infos that are told apart where none is taken, so that the first of each is logged. */
export type IgnoredInfo = 'text info' | 'binary info' | 'plain info' | 'info';

/** Of which kind an info is. */
export function ignoredKind(info: unknown): IgnoredInfo {
  if (typeof info === 'string') return 'text info';
  if (info instanceof Uint8Array) return 'binary info';
  return isPlain(info) ? 'plain info' : 'info';
}

/** Which mistake is likely behind an info that a handler does not take, and what to do; `undefined` where it may well be meant so. */
export function ignoredAdvice(plan: Plan, info: unknown): string | undefined {
  switch (ignoredKind(info)) {
    case 'text info':
      return unframed(plan, "text('…')", 'string');
    case 'binary info':
      return unframed(plan, 'binary(…)', 'Buffer');
    case 'plain info':
      return mistagged(plan, (info as { type?: unknown }).type) ?? classless(plan) ?? unframed(plan, 'json(…)', 'unknown');
    case 'info':
      return undefined;
  }
}

/** A predicate has seen the info and did not want it. */
function unframed({ infos }: Plan, frame: string, type: string): string | undefined {
  if (infos.some(({ by }) => typeof by === 'function' && !isClass(by))) return undefined;
  const taken = infos.length === 0 ? 'it has no @OnInfo' : `its @OnInfo takes ${infos.map(({ label }) => label).join(', ')}`;
  return `: ${taken}. Publish ${frame} to send it to clients as a frame, or take it with @OnInfo() and a parameter of type ${type}`;
}

function mistagged({ infos }: Plan, type: unknown): string | undefined {
  const tags = infos.filter(({ by }) => typeof by === 'string');
  if (tags.length === 0 || (typeof type !== 'string' && tags.length < infos.length)) return undefined;
  return (
    `, whose type is ${describe(type)}: its @OnInfo goes by type (${tags.map(({ label }) => label).join(', ')}). ` +
    'Correct the type, or write an @OnInfo for it'
  );
}

function classless({ infos }: Plan): string | undefined {
  const classes = infos.flatMap(({ by }) => (isClass(by) && !PRIMITIVES.has(by) ? [by.name] : []));
  if (classes.length === 0) return undefined;
  return (
    `: its @OnInfo goes by class (${classes.join(', ')}), whatever the fields are. ` +
    `Send an instance, new ${classes[0]}(…), or take it with @OnInfo('tag') or a predicate`
  );
}

/** What declared types are emitted as that no object is of. */
const PRIMITIVES = new Set<unknown>([String, Number, Boolean, Symbol, BigInt]);
