import { type Name, paramsOf } from './names.js';
import type { Filling } from './templates.js';

/** What stands for a parameter where none is given. */
const EXAMPLE = 'lobby';

/** What the templates of a handler are filled with. */
export function handlerFilling({ file, className }: Name, path: string): Filling {
  const params = paramsOf(path);
  const common = { file, Class: className, path, example: path.replace(/:\w+/g, EXAMPLE) };
  return params.length === 0
    ? { words: { ...common, ...wordsWithoutParams(file, path) }, conditions: ['no params'] }
    : { words: { ...common, ...wordsWithParams(params, path) }, conditions: ['params'] };
}

function wordsWithoutParams(file: string, path: string): Record<string, string> {
  return {
    Connection: 'Connection',
    room: `'${file}'`,
    greeting: `'Welcome to ${file}'`,
    exampleRoom: file,
    socketPath: `'${path}'`,
  };
}

function wordsWithParams(params: readonly string[], path: string): Record<string, string> {
  const values = params.map((param) => `this.connection.params.${param}`);
  const joined = values.map((value) => `\${${value}}`).join('/');
  return {
    Connection: `Connection<{ ${params.map((param) => `${param}: string`).join('; ')} }>`,
    room: values.length === 1 ? (values[0] as string) : `\`${joined}\``,
    greeting: `\`Welcome to ${joined}\``,
    exampleRoom: params.map(() => EXAMPLE).join('/'),
    // The page takes what its own address has, as in /?room=barn.
    socketPath: `\`${path.replace(/:(\w+)/g, (_, param) => `\${encodeURIComponent(query.get('${param}') ?? '${EXAMPLE}')}`)}\``,
  };
}
