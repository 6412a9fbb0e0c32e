import type { Clock } from '../clock.js';
import { Alarm, type Timers } from '../timers.js';
import { type RateLimit, TokenBucket } from '../token-bucket.js';

/** Keeps one client to its rate. It has an alarm only while a message waits to become due. */
export class Throttle extends Alarm {
  readonly policy: 'close' | 'drop' | 'pause';
  private readonly bucket: TokenBucket;
  private wait = 0;

  constructor(
    limit: RateLimit,
    private readonly clock: Clock,
    private readonly timers: Timers,
    private readonly onDue: () => void,
  ) {
    super();
    this.policy = limit.policy ?? 'close';
    this.bucket = new TokenBucket(limit, clock.now());
  }

  /** Takes a token for a message. */
  allows(): boolean {
    this.wait = this.bucket.take(this.clock.now());
    return this.wait === 0;
  }

  /** Tells when the message that was not allowed is due. */
  pause(): void {
    if (this.slot < 0) this.timers.start(this, this.wait);
  }

  ring(): void {
    this.onDue();
  }

  stop(): void {
    this.timers.cancel(this);
  }
}
