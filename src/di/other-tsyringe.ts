import 'reflect-metadata';
import { createRequire } from 'node:module';
import { type DependencyContainer, container as globalContainer } from 'tsyringe';
import { twoCopies } from '../core/copies.js';
import { VaqueroError } from '../core/errors.js';
import type { Token } from './parameters.js';

/** Another copy of tsyringe that is loaded: what was decorated or registered with it is unknown to ours. */
export interface OtherTsyringe {
  readonly path: string;
  /** Its global container. */
  readonly instance: DependencyContainer;
  /** The classes that its decorators were on. */
  readonly typeInfo: ReadonlyMap<unknown, unknown>;
}

/** The module of tsyringe that has both. */
const MODULE = /[\\/]tsyringe[\\/]dist[\\/]cjs[\\/]dependency-container\.js$/;

/** Whether a value is a container of the tsyringe that we use. */
export function isOwnContainer(value: unknown): boolean {
  return value instanceof globalContainer.constructor;
}

/** The other copies that can be seen: Node keeps CommonJS modules, as which it loads tsyringe, by their files. Others may use one for themselves. */
export function otherTsyringes(): readonly OtherTsyringe[] {
  return Object.entries(createRequire(import.meta.url).cache)
    .filter(([path]) => MODULE.test(path))
    .map(([path, module]) => ({ ...(module?.exports as Omit<OtherTsyringe, 'path'>), path }))
    .filter(({ instance }) => instance !== globalContainer);
}

/** Throws `VAQUERO_INVALID_HANDLER` for what is to be injected and only another copy of tsyringe can make as it is meant to be. */
export function refuseForeign(token: Token, others: readonly OtherTsyringe[]): void {
  const other = others.find(
    ({ instance, typeInfo }) =>
      instance.isRegistered(token as never) || (typeof token === 'function' && token.length > 0 && typeInfo.has(token)),
  );
  if (other === undefined) return;
  const name = typeof token === 'function' ? token.name : String(token);
  throw new VaqueroError(
    'VAQUERO_INVALID_HANDLER',
    `${twoCopies('tsyringe', `${name} was decorated or registered with the other, ${other.path.replace(MODULE, '/tsyringe')}`)}.`,
  );
}
