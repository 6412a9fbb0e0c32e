import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type ConnectionOptions, completeOptions } from '../core/options.js';
import type { Plan } from '../core/plan.js';
import { discover } from '../core/server/discover.js';
import { inspect } from '../core/server/prepare.js';
import { Failure } from './failure.js';
import { projectRoot } from './project.js';
import { table } from './table.js';

/** What `routes --json` says of a handler. */
export interface RouteInfo {
  readonly path: string;
  readonly class: string;
  /** Methods by kind of callback, in the order of a connection's life. */
  readonly callbacks: Readonly<Record<string, string>>;
  /** In the order in which they are tried. */
  readonly infos: readonly { readonly takes: string; readonly method: string }[];
  /** Those that differ from the defaults. */
  readonly options: Readonly<Record<string, unknown>>;
}

const BUILT = 'dist/handlers';

/** The handlers below a folder of built modules, in the order in which a server tries their paths. */
export async function routesOf(from: string, folder: string | undefined): Promise<RouteInfo[]> {
  const directory = folder === undefined ? await builtHandlers(from) : resolve(from, folder);
  return inspect(await discover(directory)).map(describePlan);
}

async function builtHandlers(from: string): Promise<string> {
  const directory = join(await projectRoot(from), BUILT);
  if (existsSync(directory)) return directory;
  throw new Failure(
    `There is no ${directory}. Build first (npm run build), or name the folder of built handlers: vaquero routes dir`,
  );
}

const CALLBACKS = ['upgrade', 'init', 'text', 'binary', 'ping', 'pong', 'terminate'] as const;

function describePlan(plan: Plan): RouteInfo {
  const callbacks = CALLBACKS.flatMap((kind) => (plan[kind] === null ? [] : [[kind, plan[kind].name]]));
  return {
    path: plan.path,
    class: plan.name,
    callbacks: Object.fromEntries(callbacks),
    infos: plan.infos.map(({ label, callback }) => ({ takes: label, method: callback.name })),
    options: changedOptions(plan.options),
  };
}

const DEFAULTS = completeOptions({}, {});

/** Options that a handler has under other names than a plan. */
const NAMES: Readonly<Record<string, string>> = {
  mailboxLimit: 'mailbox.limit',
  mailboxPolicy: 'mailbox.policy',
  backpressureLimit: 'backpressure.limit',
  backpressurePolicy: 'backpressure.policy',
};

function changedOptions(options: ConnectionOptions): Record<string, unknown> {
  const changed = Object.entries(options).filter(
    ([name, value]) => !isDeepStrictEqual(value, DEFAULTS[name as keyof ConnectionOptions]),
  );
  return Object.fromEntries(changed.map(([name, value]) => [NAMES[name] ?? name, plain(value)]));
}

/** A value as JSON can have it: what is none is named. */
function plain(value: unknown): unknown {
  if (typeof value === 'function') return value.name === '' ? 'function' : `function ${value.name}`;
  if (value === Number.POSITIVE_INFINITY || value instanceof RegExp) return String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const name = value.constructor.name;
  return name === 'Object'
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]))
    : name.toLowerCase();
}

const HEAD = ['PATH', 'CLASS', 'CALLBACKS', 'INFOS', 'OPTIONS'];

/** Routes as an aligned table, with a line of titles. */
export function routesTable(routes: readonly RouteInfo[]): string[] {
  return table([HEAD, ...routes.map(row)]);
}

function row({ path, class: name, callbacks, infos, options }: RouteInfo): string[] {
  const changed = Object.entries(options).map(([option, value]) => `${option}=${valueText(value)}`);
  return [path, name, list(Object.keys(callbacks)), list(infos.map(({ takes }) => takes)), list(changed)];
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '-' : items.join(', ');
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
