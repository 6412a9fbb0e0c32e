import { type Name, paramsOf } from './names.js';
import type { Filling } from './templates.js';

/** What the templates of a handler are filled with. */
export function handlerFilling(name: Name, path: string): Filling {
  const params = paramsOf(path);
  const ofRoom = (value: (param: string) => string) => `\`${params.map((param) => `\${${value(param)}}`).join('/')}\``;
  const param = (name: string) => `this.connection.params.${name}`;
  const single = params.length === 1 ? params[0] : undefined;
  return {
    words: {
      file: name.file,
      Class: name.className,
      path,
      Connection: params.length === 0 ? 'Connection' : `Connection<{ ${params.map((name) => `${name}: string`).join('; ')} }>`,
      room: single !== undefined ? param(single) : params.length === 0 ? `'${name.file}'` : ofRoom(param),
      greeting: params.length === 0 ? `'Welcome to ${name.file}'` : ofRoom(param).replace('`', '`Welcome to '),
      // A path that matches, and what the room is there.
      example: path.replace(/:\w+/g, EXAMPLE),
      exampleRoom: params.length === 0 ? name.file : params.map(() => EXAMPLE).join('/'),
      socketPath: params.length === 0 ? `'${path}'` : `\`${path.replace(/:(\w+)/g, valueOfQuery)}\``,
    },
    conditions: [params.length === 0 ? 'no params' : 'params'],
  };
}

const EXAMPLE = 'lobby';

/** What the page puts for a parameter: what its own address has, as in `/?room=barn`. */
function valueOfQuery(_: string, param: string): string {
  return `\${encodeURIComponent(query.get('${param}') ?? '${EXAMPLE}')}`;
}
