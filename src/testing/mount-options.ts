import type { Clock } from '../core/clock.js';
import { VaqueroError } from '../core/errors.js';
import { headerFault } from '../core/header-faults.js';
import { type Check, delayOrInfinity, must, optionFaults } from '../core/option-checks.js';
import type { AttachOptions } from '../core/server/options.js';
import type { Peer } from '../core/upgrade-request.js';
import { aClock } from './checks.js';

/** What `mount` takes: how the client asks, and what a server takes as far as it matters for one connection. */
export interface MountOptions
  extends Omit<AttachOptions, 'handlers' | 'clock' | 'maxConnections' | 'maxConnectionsPerAddress' | 'maxPendingUpgrades'> {
  /** Where the client connects to, with a query if there is one. Default: the handler's own path, if it has no parameters. */
  readonly path?: string;
  /** Headers of the request: `origin`, `cookie`, `sec-websocket-protocol` and so on. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the client is. Default `{ address: '127.0.0.1', port: 50000 }`. */
  readonly peer?: Peer;
  /** Whether the client answers pings, as clients do; `false` for one that is dead. Default true. */
  readonly pongs?: boolean;
  /** Where time comes from: a `VirtualClock` that the test advances. Default: the machine. */
  readonly clock?: Clock;
  /**
   * Milliseconds of real time, whatever the clock is, that `mount`, `next()`, `closed` and `terminated` wait when they are awaited; `Infinity` for as
   * long as the test runner lets them. To see a `handshakeTimeout` pass by the machine's clock, more than that. Default 3,000.
   */
  readonly timeout?: number;
}

/** What a server takes too is checked where a server is put together. */
const aServers: Check = () => undefined;

const CHECKS: Readonly<Record<keyof MountOptions, Check>> = {
  path: must("a string that starts with '/'", (v) => typeof v === 'string' && v.startsWith('/')),
  headers: headersRule,
  peer: must('an object with address and port', (v) => isPeer(v as Partial<Peer> | null)),
  pongs: must('true or false', (v) => typeof v === 'boolean'),
  timeout: delayOrInfinity,
  clock: aClock,
  container: aServers,
  bus: aServers,
  defaults: aServers,
  logger: aServers,
  onError: aServers,
  handshakeTimeout: aServers,
  trustProxy: aServers,
};

/** Throws `VAQUERO_INVALID_OPTION` with everything that is wrong with the options of a mount alone. */
export function checkMountOptions(options: unknown): void {
  const faults = optionFaults(options, CHECKS);
  if (faults.length > 0) throw new VaqueroError('VAQUERO_INVALID_OPTION', `mount(): ${faults.join('; ')}.`);
}

function isPeer(value: Partial<Peer> | null): boolean {
  return typeof value?.address === 'string' && Number.isInteger(value.port);
}

/** What headers must be, or undefined if they are that. */
function headersRule(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'an object of strings';
  if (Symbol.iterator in value) return 'an object of strings, such as Object.fromEntries(headers)';
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string') return `an object of strings, and ${JSON.stringify(name)} is none`;
    if (name.toLowerCase() === 'sec-websocket-extensions') return `without ${name}, for nothing is compressed here`;
    if (headerFault(name, text) !== undefined)
      return `an object of headers as HTTP has them, and ${JSON.stringify(name)} is none`;
  }
  return undefined;
}
