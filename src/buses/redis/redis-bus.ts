import { checkBusOptions } from '../../core/bus-options.js';
import { MAX_DELAY } from '../../core/clock.js';
import { ClusterBus } from '../../core/cluster/cluster-bus.js';
import { CLUSTER_CHECKS, type ClusterOptions, completeClusterOptions } from '../../core/cluster/options.js';
import { VaqueroError } from '../../core/errors.js';
import { type Check, range } from '../../core/option-checks.js';
import { type Address, parseAddress } from './address.js';
import { RedisBroker } from './broker.js';

/** What a bus over Redis takes. */
export interface RedisBusOptions extends ClusterOptions {
  /**
   * Where Redis is: `redis://[user:password@]host[:port][/db]`, or `rediss://…` for TLS, with user and password
   * percent-encoded. The port is 6379 unless given.
   */
  readonly url: string;
  /** Milliseconds after which an attempt to connect is given up. Default 5,000. */
  readonly connectTimeout?: number;
}

const CHECKS: Readonly<Record<keyof RedisBusOptions, Check>> = {
  ...CLUSTER_CHECKS,
  // Checked apart, for what it was must not be told.
  url: () => undefined,
  connectTimeout: range(1, MAX_DELAY, ' milliseconds'),
};

/**
 * The bus of many nodes over one Redis, version 6.0 or later: `serve({ bus: new RedisBus({ url }) })`. The package `ioredis` must
 * be installed. It uses one connection, pub/sub, and keys that begin with `prefix`. Redis Cluster and Sentinel are not supported;
 * the url may lead to whichever server is the master now. A message takes at most 8 MiB; Redis cuts a node for which more than
 * 32 MiB wait, unless its `client-output-buffer-limit pubsub` says otherwise.
 *
 * `connect`, `serve` and `attach` reject with `VAQUERO_BUS_CLIENT_MISSING` where that package is not installed, and with
 * `VAQUERO_BUS_UNAVAILABLE`, `VAQUERO_BUS_DENIED` or `VAQUERO_BUS_UNSUPPORTED` when `connectTimeout` is over at the latest. A lost
 * connection is sought again without end; one to a Redis that answers nothing is given up after 4 to 6 seconds.
 *
 * A user needs the channels `&prefix.*`, the keys `~prefix:*` and the commands `+@connection +@pubsub +eval +set +mget +del
 * +exists +hset +hget +hdel +hgetall +sadd +srem +smembers`.
 */
export class RedisBus extends ClusterBus {
  /** Throws `VAQUERO_INVALID_OPTION`. Nothing is connected before `connect`, `serve` or `attach`. */
  constructor(options: RedisBusOptions) {
    const address = addressOf(options);
    checkBusOptions('RedisBus', options, CHECKS);
    const { url: _, connectTimeout = 5_000, ...cluster } = options;
    const { prefix, bufferLimit } = completeClusterOptions(cluster);
    super(new RedisBroker(address, { prefix, bufferLimit, connectTimeout }), cluster);
  }
}

function addressOf(options: Partial<RedisBusOptions> | undefined): Address {
  const address = parseAddress(options?.url);
  if (address !== undefined) return address;
  throw new VaqueroError(
    'VAQUERO_INVALID_OPTION',
    'new RedisBus({ url }): url must be redis://[user:password@]host[:port][/db], or rediss://… for TLS, with user and ' +
      'password percent-encoded. What was given is not shown, for there may be a password in it.',
  );
}
