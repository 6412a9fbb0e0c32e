import { type Files, writeNew } from './files.js';
import { handlerFilling } from './handler-filling.js';
import { handlerName, serviceName } from './names.js';
import { projectRoot } from './project.js';
import { refuseTaken } from './taken-paths.js';
import { fill } from './templates.js';

/** What was added, and where. */
export interface Added {
  readonly root: string;
  /** By paths below the root. */
  readonly files: Files;
}

/** Writes a handler and its test into the project that a folder is in. */
export async function addHandler(from: string, given: string, path?: string): Promise<Added> {
  const name = handlerName(given);
  const served = path ?? `/${name.file}`;
  const filled = await fill('handler', handlerFilling(name, served));
  const root = await projectRoot(from);
  await refuseTaken(root, served);
  return add(root, 'src/handlers', filled);
}

/** Writes a service and its test into the project that a folder is in. */
export async function addService(from: string, given: string): Promise<Added> {
  const { file, className } = serviceName(given);
  const filled = await fill('service', { words: { file, Class: className }, conditions: [] });
  return add(await projectRoot(from), 'src/services', filled);
}

async function add(root: string, folder: string, filled: Files): Promise<Added> {
  const files = new Map([...filled].map(([path, content]) => [`${folder}/${path}`, content]));
  await writeNew(root, files);
  return { root, files };
}
