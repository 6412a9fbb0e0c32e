/** What a server did and did not do, counted since it was started. */
export interface Counters {
  /** Connections that were opened. */
  opened: number;
  /** Requests for an upgrade that were refused, for whatever reason. */
  refused: number;
  /** Frames and infos that no callback takes. */
  ignored: number;
  /** Times that a connection had more to write than its `backpressure.limit`. */
  congested: number;
  /** Infos and published frames that `drop-oldest` or `drop-newest` dropped. */
  dropped: number;
  /** Infos that a newer one of the same `latest(key)` replaced. */
  replaced: number;
  /** Messages over the `rateLimit`, whatever its policy did with them. */
  limited: number;
  /** Connections that ended because something was over a bound: reason `overflow`. */
  overflowed: number;
  /** Frames and infos that waited when their connection ended. */
  discarded: number;
  /** Connections that were cut at `close`'s deadline. */
  cut: number;
}

/** Counters of which none has counted yet. */
export function noCounts(): Counters {
  return {
    opened: 0,
    refused: 0,
    ignored: 0,
    congested: 0,
    dropped: 0,
    replaced: 0,
    limited: 0,
    overflowed: 0,
    discarded: 0,
    cut: 0,
  };
}
