/** What a broker tells the bus. It never calls while it is being called. */
export interface BrokerEvents {
  /** A message came on a channel that is subscribed to; never one that this connection published itself, where the broker can tell. */
  message(channel: string, message: Uint8Array): void;
  /** Nobody is subscribed to the channel that `post` was given this tag for: as soon as the broker says so, if it does. */
  unheard(tag: string): void;
  /** The connection is lost and will be sought again. */
  down(cause: Error): void;
  /** The connection is back, and the broker has acknowledged everything that is subscribed to. */
  up(): void;
  /** This many messages were given to a connection that was lost before the broker had acknowledged them: they may have arrived or not. */
  lost(messages: number): void;
  /** Something does not work and will not of itself, and nothing ends by it: a channel that is not permitted, or a lost broker that refuses who connects again. */
  failed(error: Error): void;
}

/**
 * What the bus of many nodes needs of a broker: channels, messages of bytes, and a place to write down who lives and who is present. Channels and nodes are
 * named with letters, digits, `.`, `-`, `_` and `=`, in at most 3,400 characters.
 */
export interface Broker {
  /** For people: `Redis at localhost:6379`; never with a password. */
  readonly name: string;
  /** Bytes that one message may have. Known when `connect` has resolved. */
  readonly maxPayload: number;
  /**
   * Milliseconds within which all nodes are back that lost the broker together, counted from the first: as long as the pauses between attempts are, and some
   * more. What waited for other nodes leaves then, for who is not back does not hear it.
   */
  readonly regroupTime: number;

  /**
   * Connects, once; lost connections are then sought again without end, with growing pauses, until `close`. Rejects with `VAQUERO_BUS_UNAVAILABLE`,
   * `VAQUERO_BUS_DENIED` or `VAQUERO_BUS_UNSUPPORTED` within the time limit that the broker's options set.
   */
  connect(events: BrokerEvents): Promise<void>;
  /**
   * Sends what was published, and ends the connection; nothing is told any more. A broker that acknowledges nothing is not waited for longer than some seconds.
   */
  close(): Promise<void>;

  /** Publishes to all that are subscribed; in the order of the calls. Only while connected. */
  publish(channel: string, message: Uint8Array): void;
  /** Publishes to the one that is subscribed; `unheard(tag)` is told if nobody is. A tag has letters and digits only. */
  post(channel: string, message: Uint8Array, tag: string): void;
  /**
   * Resolves when the broker has acknowledged it. Subscriptions outlive lost connections: they are restored before `up` is told, and one that
   * is made meanwhile is acknowledged then.
   */
  subscribe(channel: string): Promise<void>;
  unsubscribe(channel: string): void;

  /** Writes down that a node lives, for `ttl` milliseconds. */
  keepAlive(node: string, ttl: number): Promise<void>;
  /** Those of some nodes that live. */
  alive(nodes: readonly string[]): Promise<ReadonlySet<string>>;
  /** Writes down that a node does not live any more. */
  leave(node: string): Promise<void>;

  /** Who is present where. */
  readonly presence: PresenceStore;
}

/** One that is present. */
export interface PresenceRecord {
  /** Named as channels are; at most 3,100 characters. */
  readonly topic: string;
  readonly node: string;
  /** What tells it from others of its node: letters and digits. */
  readonly id: string;
  readonly meta: Uint8Array;
}

/** A table that all nodes share, kept by the broker: who is present in which topic. */
export interface PresenceStore {
  /** Adds a record, or replaces its meta. */
  put(record: PresenceRecord): Promise<void>;
  /** Takes a record away; true if it was there: of many that try, one learns that it did it. */
  remove(record: Omit<PresenceRecord, 'meta'>): Promise<boolean>;
  /** All records of a topic, in any order. */
  list(topic: string): Promise<PresenceRecord[]>;
  /** All nodes that have records. */
  nodes(): Promise<string[]>;
  /** All records of a node, in any order. */
  ofNode(node: string): Promise<PresenceRecord[]>;
}
