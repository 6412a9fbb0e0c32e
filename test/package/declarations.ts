import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** What a declaration file exports from others, by the file that declares it: `[name there, file]`. */
export function reexports(file: string): [string, string][] {
  const source = readFileSync(file, 'utf8');
  if (/export \*/.test(source)) throw new Error(`${file} exports names that it does not list`);
  return [...source.matchAll(/export (?:type )?\{([^}]*)\} from '([^']+)'/g)].flatMap(([, names = '', from = '']) =>
    names
      .split(',')
      .map((name) => name.replace(/^\s*type\s/, '').trim())
      .filter((name) => name !== '')
      .map((name): [string, string] => [
        name.split(/\s+as\s+/)[0] as string,
        resolve(dirname(file), from.replace(/\.js$/, '.d.ts')),
      ]),
  );
}

/** For each declaration of a name, overloads one by one, whether a TSDoc comment is right before it. */
export function documented(name: string, file: string): boolean[] {
  const source = readFileSync(file, 'utf8');
  const declaration = new RegExp(
    String.raw`^export (?:declare )?(?:abstract )?(?:class|interface|type|function|const|enum) ${name}\b`,
    'gm',
  );
  const own = [...source.matchAll(declaration)].map(({ index }) =>
    /\/\*\*(?:(?!\*\/)[\s\S])+\*\/\s*$/.test(source.slice(0, index)),
  );
  if (own.length > 0) return own;
  return reexports(file)
    .filter(([there]) => there === name)
    .flatMap(([there, from]) => documented(there, from));
}
