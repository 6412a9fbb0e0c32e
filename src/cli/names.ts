import { UsageFailure } from './failure.js';

/** A name as files and as classes have it. */
export interface Name {
  /** `price-board` */
  readonly file: string;
  /** `PriceBoard` */
  readonly className: string;
}

const WORDS = /^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$/;
const LONGEST = 60;
/** What `node --test` of Node 20 takes for a test by its name. */
const LIKE_A_TEST = /^test(-|$)|-test$/;

/** What the written files have already: a class of that name beside it would not compile. */
const TAKEN: readonly string[] = ['Bus', 'Connection', 'Info', 'Listener', 'OnInfo', 'OnInit', 'WebSocketHandler'];

/** The name of a handler, with or without `Handler` at its end: `chat`, `price-board`, `PriceBoardHandler`. */
export function handlerName(given: string): Name {
  const { file } = nameOf('handler', given);
  const name = nameOf('handler', file.replace(/(^|-)handler$/, ''));
  if (TAKEN.includes(`${name.className}Handler`)) throw new UsageFailure(taken('handler', given, `${name.className}Handler`));
  return name;
}

/** The name of a service, which is its class's name. */
export function serviceName(given: string): Name {
  const name = nameOf('service', given);
  const classes = [name.className, `${name.className}Changed`];
  const clash = classes.find((one) => TAKEN.includes(one) || one in globalThis);
  if (clash !== undefined) throw new UsageFailure(taken('service', given, clash));
  return name;
}

function nameOf(what: string, given: string): Name {
  if (!WORDS.test(given) || given.length > LONGEST) {
    throw new UsageFailure(
      `The ${what}'s name "${given}" cannot be used: it must be words of letters and digits, joined by dashes, that start with a ` +
        `letter and have ${LONGEST} characters at most, as in price-board or PriceBoard.`,
    );
  }
  const words = given
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split('-');
  const file = words.join('-');
  if (LIKE_A_TEST.test(file)) {
    throw new UsageFailure(
      `The ${what}'s name "${given}" cannot be used: node --test would take its file for a test. Choose one that does not begin or end with the word test.`,
    );
  }
  return {
    file,
    className: words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(''),
  };
}

function taken(what: string, given: string, className: string): string {
  return `The ${what}'s name "${given}" cannot be used: its file would have a class ${className}, and that is the name of another. Choose another name.`;
}

const SEGMENT = /^(:[A-Za-z_][A-Za-z0-9_]*|(?!\.+$)[A-Za-z0-9_~.-]+)$/;

/** The names of a path's parameters. Wildcards are left to be written by hand: their parameters have no single name or value. */
export function paramsOf(path: string): string[] {
  const segments = path.slice(1).split('/');
  const params = segments.filter((segment) => segment.startsWith(':')).map((segment) => segment.slice(1));
  const fits = path === '/' || (path.startsWith('/') && segments.every((segment) => SEGMENT.test(segment)));
  if (!fits) {
    throw new UsageFailure(
      `The path "${path}" cannot be used: it must start with "/", and its parts must be letters, digits and any of - _ . ~, or ":" and a ` +
        'name of letters, digits and _, as in /rooms/:room.',
    );
  }
  if (new Set(params).size < params.length)
    throw new UsageFailure(`The path "${path}" has two parameters of the same name. Give each its own.`);
  return params;
}

const PROJECT = /^[a-z0-9][a-z0-9._-]*$/;
/** What npm does not take as the name of a package. */
const FORBIDDEN: readonly string[] = ['node_modules', 'favicon.ico'];

/** Checks the name of a project, which is its folder's and becomes its package's. */
export function projectName(given: string): string {
  if (!PROJECT.test(given) || given.length > 214) {
    throw new UsageFailure(
      `The project's name "${given}" cannot be used: as the name of a package it must be lower-case letters, digits and any of - _ ., start ` +
        'with a letter or a digit, and have 214 characters at most, as in my-app.',
    );
  }
  if (FORBIDDEN.includes(given))
    throw new UsageFailure(`The project's name "${given}" cannot be used: npm does not allow it for a package.`);
  return given;
}
