import { readFileSync } from 'node:fs';
import { reexports } from '../../package/declarations.js';

/** A name that a package exports, as its declarations have it. */
export interface Declaration {
  readonly name: string;
  /** The TSDoc comments of it and of its public members, without their asterisks; a comment's `@param`s are one each. */
  readonly comments: readonly string[];
}

/** Everything that a declaration file exports from others, overloads one by one. */
export function exportsOf(file: string): Declaration[] {
  return reexports(file).flatMap(([name, from]) => declarationsOf(name, from));
}

function declarationsOf(name: string, file: string): Declaration[] {
  const source = readFileSync(file, 'utf8');
  const own = new RegExp(
    String.raw`(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*)?^export (?:declare )?(?:abstract )?(?:class|interface|type|function|const|enum) ${name}\b`,
    'gm',
  );
  const found = [...source.matchAll(own)].map(({ 0: start, 1: comment = '', index }) => {
    // A class or interface ends with a brace at the beginning of a line; all else, in one statement.
    const rest = source.slice(index + start.length);
    const body = /^[^;{]*\{\n/.test(rest) ? rest.slice(0, rest.search(/^\}/m)) : rest.slice(0, rest.search(/;$/m));
    return { name, comments: [comment, ...commentsOf(body)].flatMap(partsOf) };
  });
  if (found.length > 0) return found;
  return reexports(file)
    .filter(([there]) => there === name)
    .flatMap(([there, from]) => declarationsOf(there, from));
}

/** The comments of members that are public, and have a name. */
function commentsOf(body: string): string[] {
  const members = body.matchAll(/(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\s*(?!protected|private|get \[|\[)\S/g);
  return [...members].map(([, comment]) => comment as string);
}

function partsOf(comment: string): string[] {
  const text = comment.replace(/^\s*\/\*\*|\*\/\s*$/g, '').replace(/^\s*\* ?/gm, '');
  return text
    .split(/@param \w+ - /)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
