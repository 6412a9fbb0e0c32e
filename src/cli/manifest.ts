import { readFileSync } from 'node:fs';

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const { version, dependencies, devDependencies, peerDependencies } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as Manifest;

/** The package's own version. */
export const VERSION = version;

const RANGES: Readonly<Record<string, string>> = {
  ...devDependencies,
  ...peerDependencies,
  ...dependencies,
  vaquero: `^${version}`,
};

/** The versions of packages that this one is built and tested with, as a `package.json` has them. */
export function rangesOf(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    [...names].sort().map((name) => {
      const range = RANGES[name];
      if (range === undefined) throw new Error(`package.json has no version of ${name}`);
      return [name, range];
    }),
  );
}
