import { describe } from './errors.js';
import { type Callback, type InfoClause, infoClause, shadowFaults, UNTYPED } from './info-clauses.js';
import { type CallbackKind, type CallbackRecord, type Class, callbackRecords } from './metadata.js';

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

/** The callbacks of a class, and what is wrong with them. */
export interface Callbacks {
  readonly byKind: Map<CallbackKind, Callback>;
  readonly infos: InfoClause[];
  /** A sentence each. */
  readonly faults: string[];
  /** Methods for whose parameters the compiler should have emitted types. */
  readonly untyped: string[];
}

/** Walks from the class to its bases, so that what a subclass says comes first and stands. */
export function callbacksOf(target: Class): Callbacks {
  const all: Callbacks = { byKind: new Map(), infos: [], faults: [], untyped: [] };
  const seen = new Set<string | symbol>();
  for (
    let prototype = target.prototype;
    prototype && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const records = callbackRecords(prototype);
    const inherited = all.infos.length;
    all.faults.push(...duplicateFaults(records));
    for (const record of records) {
      if (!seen.has(record.key)) collect(target, prototype, record, all);
    }
    // A subclass may well take all that its base would.
    all.faults.push(...shadowFaults(all.infos.slice(inherited)));
    for (const record of records) seen.add(record.key);
  }
  return all;
}

function collect(target: Class, prototype: object, record: CallbackRecord, all: Callbacks): void {
  const fn = (target.prototype as Record<string | symbol, unknown>)[record.key];
  const name = String(record.key);
  if (typeof fn !== 'function') {
    all.faults.push(`${name}: ${DECORATORS[record.kind]} must be on a method, and this is ${describe(fn)}`);
    return;
  }
  const callback: Callback = { name, fn: fn as Callback['fn'] };
  if (record.kind !== 'info') {
    if (!all.byKind.has(record.kind)) all.byKind.set(record.kind, callback);
    return;
  }
  const clause = infoClause(callback, record, prototype);
  if (clause === UNTYPED) all.untyped.push(name);
  else if (typeof clause === 'string') all.faults.push(`${name}: ${clause}`);
  else all.infos.push(clause);
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
