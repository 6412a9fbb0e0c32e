import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, VaqueroError } from '../errors.js';
import { handlerRecord } from '../metadata.js';
import type { HandlerClass } from '../plan.js';

const MODULE = /\.[cm]?[jt]s$/;
const NO_MODULE = /\.d\.[cm]?ts$|\.(test|spec)\.[cm]?[jt]s$/;

/**
 * Imports the modules below a folder, in the order of their names, and answers the exported classes that `@WebSocketHandler` decorated.
 * Declarations, tests and `node_modules` are left out. Rejects with `VAQUERO_DISCOVER_FAILED` if the folder or a module cannot be read.
 *
 * @param directory - a path, relative to the current working directory unless absolute; or a `file:` URL, such as `new URL('./handlers', import.meta.url)`
 */
export async function discover(directory: string | URL): Promise<HandlerClass[]> {
  const handlers = new Set<HandlerClass>();
  for (const file of await modulesBelow(pathOf(directory))) {
    for (const value of exportsOf(await load(file))) if (isHandler(value)) handlers.add(value);
  }
  return [...handlers];
}

/** The absolute path of a folder, however it is named. */
function pathOf(directory: string | URL): string {
  try {
    if (directory instanceof URL || /^file:/i.test(directory)) return fileURLToPath(directory);
    if (directory !== '') return resolve(directory);
  } catch (cause) {
    throw noFolder(directory, { cause });
  }
  throw noFolder(directory);
}

function noFolder(given: unknown, options?: ErrorOptions): VaqueroError {
  return new VaqueroError(
    'VAQUERO_DISCOVER_FAILED',
    `discover() takes a folder, as a path or a file: URL, got ${given instanceof URL ? given.href : describe(given)}. From the module that asks: ` +
      "discover(new URL('./handlers', import.meta.url)).",
    options,
  );
}

async function modulesBelow(directory: string): Promise<string[]> {
  let entries: import('node:fs').Dirent[];
  try {
    entries = await readdir(directory, { withFileTypes: true });
  } catch (cause) {
    throw new VaqueroError('VAQUERO_DISCOVER_FAILED', `Cannot read the folder ${directory}: ${(cause as Error).message}`, {
      cause,
    });
  }
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules') files.push(...(await modulesBelow(path)));
    } else if (MODULE.test(entry.name) && !NO_MODULE.test(entry.name)) {
      files.push(path);
    }
  }
  return files;
}

async function load(file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (cause) {
    throw new VaqueroError('VAQUERO_DISCOVER_FAILED', `Cannot import ${file}: ${(cause as Error)?.message}${adviceFor(file)}`, {
      cause,
    });
  }
}

function adviceFor(file: string): string {
  if (!/\.[cm]?ts$/.test(file)) return '';
  return ". Node runs no TypeScript with decorators: give discover the folder that is built, such as join(import.meta.dirname, 'handlers')";
}

/** A module's exports, and those of a CommonJS module, which come as its default. */
function exportsOf(module: Record<string, unknown>): unknown[] {
  const fallback = module.default;
  return [...Object.values(module), ...(typeof fallback === 'object' && fallback !== null ? Object.values(fallback) : [])];
}

function isHandler(value: unknown): value is HandlerClass {
  return typeof value === 'function' && handlerRecord(value as HandlerClass) !== undefined;
}
