import { VaqueroError } from '../core/errors.js';

/**
 * Imports what needs the client of a broker, which an application installs beside this package: only when a bus is connected, for an import that fails
 * ends the program before anything here could say why. Rejects with `VAQUERO_BUS_CLIENT_MISSING` where a package is not installed.
 */
export async function withClient<Module>(bus: string, packages: readonly string[], load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const { message } = error as Error;
    const missing = isNotFound(error) ? packages.find((name) => message.includes(`'${name}'`)) : undefined;
    if (missing === undefined) throw error;
    throw new VaqueroError(
      'VAQUERO_BUS_CLIENT_MISSING',
      `${bus} needs the package ${missing}, which is not installed. Run: npm install ${packages.join(' ')}`,
      { cause: error },
    );
  }
}

function isNotFound(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
}
