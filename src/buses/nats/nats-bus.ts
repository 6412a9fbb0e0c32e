import type { NodeConnectionOptions } from '@nats-io/transport-node';
import { checkBusOptions } from '../../core/bus-options.js';
import { MAX_DELAY } from '../../core/clock.js';
import { ClusterBus } from '../../core/cluster/cluster-bus.js';
import { CLUSTER_CHECKS, type ClusterOptions, completeClusterOptions } from '../../core/cluster/options.js';
import { VaqueroError } from '../../core/errors.js';
import { type Check, must, range } from '../../core/option-checks.js';
import { NatsBroker } from './broker.js';
import { type NatsServer, parseServer } from './server.js';

/** What a bus over NATS takes. */
export interface NatsBusOptions extends ClusterOptions {
  /**
   * Where servers are: `nats://host:port`, `tls://host:port` for TLS only, or `host:port`, with `user:password@` or `token@` before the host, percent-encoded. The port
   * is 4222 unless given. One of the list is used, another if that is lost; servers of a cluster that are not listed are not used.
   */
  readonly servers: string | readonly string[];
  /** The user for all servers. */
  readonly user?: string;
  /** The user's password. */
  readonly pass?: string;
  /** The token for all servers, where they ask for one instead of a user. */
  readonly token?: string;
  /** Other credentials, as `credsAuthenticator`, `jwtAuthenticator` and `nkeyAuthenticator` of `@nats-io/transport-node` make them. */
  readonly authenticator?: NonNullable<NodeConnectionOptions['authenticator']>;
  /** How TLS is spoken, as `@nats-io/transport-node` takes it; given at all, only TLS is. Default: where a server offers it. */
  readonly tls?: NonNullable<NodeConnectionOptions['tls']>;
  /** Milliseconds after which an attempt to connect is given up. Default 5,000. */
  readonly connectTimeout?: number;
}

const text = must('a string', (value) => typeof value === 'string');

/** Checked apart, for what was given must not be told. */
const SECRET_CHECKS = {
  user: text,
  pass: text,
  token: text,
  authenticator: must('an authenticator of @nats-io/transport-node, or a list of them', (value) => {
    const all = [value].flat();
    return all.length > 0 && all.every((one) => typeof one === 'function');
  }),
  tls: must('an object', (value) => typeof value === 'object' && value !== null),
} satisfies Partial<Record<keyof NatsBusOptions, Check>>;

const anything: Check = () => undefined;

const CHECKS: Readonly<Record<keyof NatsBusOptions, Check>> = {
  ...CLUSTER_CHECKS,
  servers: anything,
  user: anything,
  pass: anything,
  token: anything,
  authenticator: anything,
  tls: anything,
  connectTimeout: range(1, MAX_DELAY, ' milliseconds'),
};

/**
 * The bus of many nodes over NATS with JetStream, version 2.9 or later, by way of the packages `@nats-io/transport-node` and `@nats-io/jetstream`:
 * `serve({ bus: new NatsBus({ servers: 'nats://localhost' }) })`. It uses one connection, subjects that begin with `prefix.`, and streams that begin with `prefix-`; they are made with
 * one replica, and where an administrator makes or changes them his settings hold. A message takes at most the server's `max_payload`, 1 MiB unless configured.
 *
 * `connect`, `serve` and `attach` reject with `VAQUERO_BUS_CLIENT_MISSING` where these are not installed, and with `VAQUERO_BUS_UNAVAILABLE`, `VAQUERO_BUS_DENIED` or
 * `VAQUERO_BUS_UNSUPPORTED` when `connectTimeout` is over at the latest. A
 * user needs to publish to `prefix.>` and `$JS.API.>`, and to subscribe to `prefix.>`.
 */
export class NatsBus extends ClusterBus {
  /** Throws `VAQUERO_INVALID_OPTION`. Nothing is connected before `connect`, `serve` or `attach`. */
  constructor(options: NatsBusOptions) {
    const at = serversOf(options);
    checkSecrets(options);
    checkBusOptions('NatsBus', options, CHECKS);
    const { servers: _, user, pass, token, authenticator, tls, connectTimeout = 5_000, ...cluster } = options;
    const access = { user, pass, token, authenticator, tls };
    const { prefix, bufferLimit } = completeClusterOptions(cluster);
    super(new NatsBroker({ servers: at, prefix, bufferLimit, connectTimeout, ...access }), cluster);
  }
}

function serversOf(options: Partial<NatsBusOptions> | undefined): NatsServer[] {
  const servers = [options?.servers ?? []].flat().map(parseServer);
  if (servers.length > 0 && !servers.includes(undefined)) return servers.filter((server) => server !== undefined);
  throw new VaqueroError(
    'VAQUERO_INVALID_OPTION',
    'new NatsBus({ servers }): servers must be nats://[user:password@]host[:port], tls://… for TLS only, or a list of these, with user and password ' +
      'percent-encoded. What was given is not shown, for there may be a password in it.',
  );
}

function checkSecrets(options: NatsBusOptions): void {
  for (const key of Object.keys(SECRET_CHECKS) as (keyof typeof SECRET_CHECKS)[]) {
    const rule = options[key] === undefined ? undefined : SECRET_CHECKS[key](options[key]);
    if (rule === undefined) continue;
    throw new VaqueroError(
      'VAQUERO_INVALID_OPTION',
      `new NatsBus(): option ${key} must be ${rule}. What was given is not shown, for it gives access.`,
    );
  }
}
