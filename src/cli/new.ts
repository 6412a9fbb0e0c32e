import { basename, resolve } from 'node:path';
import { type Files, writeNew } from './files.js';
import { handlerFilling } from './handler-filling.js';
import { rangesOf } from './manifest.js';
import { handlerName, projectName } from './names.js';
import { fill } from './templates.js';

/** The buses of several nodes, and the packages of their clients. */
export const BUSES: Readonly<Record<string, readonly string[]>> = {
  nats: ['@nats-io/jetstream', '@nats-io/transport-node'],
  redis: ['ioredis'],
};

/** What to write. */
export interface NewOptions {
  /** The name of the handler. */
  readonly handler: string;
  /** The handler's path. Default: `/` and its name. */
  readonly path?: string | undefined;
  /** A key of {@link BUSES}. */
  readonly bus?: string | undefined;
}

/** Writes a project into a folder, and answers what was written. */
export async function newProject(folder: string, { handler, path, bus }: NewOptions): Promise<Files> {
  const name = projectName(basename(resolve(folder)));
  const ofHandler = handlerName(handler);
  const { words, conditions } = handlerFilling(ofHandler, path ?? `/${ofHandler.file}`);
  const filling =
    bus === undefined
      ? { words: { ...words, name }, conditions: [...conditions, 'no bus'] }
      : { words: { ...words, name, bus, busUrl: `${bus.toUpperCase()}_URL` }, conditions: [...conditions, 'bus'] };
  const files = new Map([...(await fill('project', filling)), ...(bus === undefined ? [] : await fill(bus, filling))]);
  files.set('package.json', withDependencies(files.get('package.json') as string, bus));
  await writeNew(folder, files);
  return files;
}

function withDependencies(manifest: string, bus: string | undefined): string {
  const clients = bus === undefined ? [] : (BUSES[bus] ?? []);
  const dependencies = rangesOf(['vaquero', 'tsyringe', 'reflect-metadata', ...clients]);
  const devDependencies = rangesOf(['@types/node', 'typescript']);
  return `${JSON.stringify({ ...JSON.parse(manifest), dependencies, devDependencies }, null, 2)}\n`;
}
