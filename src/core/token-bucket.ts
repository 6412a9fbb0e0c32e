/** How many messages a client may send. */
export interface RateLimit {
  /** Messages that may come in `per`. */
  readonly messages: number;
  /** Milliseconds. Default 1,000. */
  readonly per?: number;
  /** Messages that may come at once. Default: `messages`. */
  readonly burst?: number;
  /** Over the limit: end the connection with 1013, drop the message, or handle it later, when it is due. Default `close`. */
  readonly policy?: 'close' | 'drop' | 'pause';
}

/** A token bucket that is filled when it is asked, by the time that has passed since: no timer. */
export class TokenBucket {
  private tokens: number;
  private filledAt: number;
  private readonly capacity: number;
  private readonly perMs: number;

  constructor({ messages, per = 1_000, burst = messages }: RateLimit, now: number) {
    this.capacity = burst;
    this.tokens = burst;
    this.perMs = messages / per;
    this.filledAt = now;
  }

  /** Takes a token; 0 if there was one, else the milliseconds until there will be. */
  take(now: number): number {
    this.tokens = Math.min(this.capacity, this.tokens + (now - this.filledAt) * this.perMs);
    this.filledAt = now;
    if (this.tokens >= 1) {
      this.tokens -= 1;
      return 0;
    }
    return (1 - this.tokens) / this.perMs;
  }
}
