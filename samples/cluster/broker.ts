import { freePort } from '../shared/ports.js';
import type { Program } from './supervised.js';

/** A broker that can be started here. */
interface Kind {
  readonly scheme: string;
  readonly binary: string;
  /** Listens to this machine only, and keeps nothing beyond its end. */
  args(port: number, folder: string): readonly string[];
  readonly ready: RegExp;
}

const KINDS: readonly Kind[] = [
  {
    scheme: 'redis',
    binary: 'redis-server',
    args: (port) => ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    ready: /ready to accept connections/i,
  },
  {
    scheme: 'nats',
    binary: 'nats-server',
    args: (port, folder) => ['--port', String(port), '--addr', '127.0.0.1', '--jetstream', '--store_dir', folder],
    ready: /Server is ready/,
  },
];

/**
 * Starts the first broker that is installed, or the one that is asked for by `redis` or `nats`, and answers its address.
 *
 * @param launch - resolves when the program is ready
 * @param folder - for what a broker must write to disk while it runs
 */
export async function startBroker(
  launch: (program: Program) => Promise<unknown>,
  folder: string,
  only: string | undefined,
): Promise<string> {
  const kinds = KINDS.filter(({ scheme }) => only === undefined || scheme === only);
  if (kinds.length === 0) throw new Error(`BROKER must be redis or nats, got "${only}".`);
  for (const { scheme, binary, args, ready } of kinds) {
    const port = await freePort();
    try {
      await launch({ name: binary, command: binary, args: args(port, folder), ready });
      return `${scheme}://127.0.0.1:${port}`;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  const binaries = kinds.map(({ binary }) => binary);
  throw new Error(
    `There is no ${binaries.join(' and no ')} on the PATH. Install ${binaries.length === 1 ? 'it' : 'one of them'}, ` +
      'or say where a broker runs: BUS=redis://localhost:6379 or BUS=nats://localhost:4222',
  );
}
