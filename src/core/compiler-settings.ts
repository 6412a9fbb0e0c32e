/** What compilers must be told so that decorators work and the types of parameters are there at run time; for error messages. */
export const COMPILER_SETTINGS =
  'Set "experimentalDecorators" and "emitDecoratorMetadata" to true in tsconfig.json, and for swc or @swc/jest "legacyDecorator" and ' +
  '"decoratorMetadata" to true under "jsc.transform". Build with tsc or swc: esbuild, and what builds on it (tsx, Vite before 8), drops the types.';
