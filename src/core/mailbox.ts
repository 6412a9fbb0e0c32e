/** What can wait in a mailbox; `timeout` and `down` are infos that the connection asked for itself, by its timers and monitors. */
export const Mail = { text: 0, binary: 1, ping: 2, pong: 3, end: 4, info: 5, timeout: 6, down: 7, request: 8 } as const;
/** One of {@link Mail}. */
export type MailKind = (typeof Mail)[keyof typeof Mail];

const FIRST_CAPACITY = 16;

/**
 * What waits for a connection, in the order in which it came: mostly one thing at a time, which lies in the mailbox itself; what comes
 * behind it in a ring of alternating kinds and values, so that nothing is made per message. The ring grows by doubling; its bounds are kept
 * by the connection, by the counts.
 */
export class Mailbox {
  /** Frames (and the client's end) that wait. */
  frames = 0;
  /** Infos that wait, and that a policy may drop. */
  infos = 0;
  /** The connection's own infos that wait, and requests: what no policy drops. */
  kept = 0;
  /** Bytes, or characters, of the frames that wait. */
  bytes = 0;
  /** The kind of what `take` gave last. */
  kind: MailKind = Mail.end;

  /** The oldest, if it came while nothing waited. */
  private first: unknown = undefined;
  private firstKind: MailKind | null = null;
  private ring: unknown[] = [];
  /** Invariant: `ring.length` is 0 or a power of two; `head` is even and below it. */
  private head = 0;

  get size(): number {
    return this.frames + this.infos + this.kept;
  }

  /** The kind of what `take` would give. Only while `size` is above 0. */
  get nextKind(): MailKind {
    return this.firstKind ?? (this.ring[this.head] as MailKind);
  }

  put(kind: MailKind, value: unknown): void {
    if (this.size === 0) {
      this.first = value;
      this.firstKind = kind;
    } else {
      this.append(kind, value);
    }
    if (kind === Mail.info) this.infos++;
    else if (kind > Mail.info) this.kept++;
    else {
      this.frames++;
      this.bytes += lengthOf(value);
    }
  }

  /** Takes the oldest; its kind is in `kind`. Only while `size` is above 0. */
  take(): unknown {
    if (this.firstKind === null) return this.takeFromRing();
    const { first, firstKind } = this;
    this.first = undefined;
    this.firstKind = null;
    this.taken(firstKind, first);
    return first;
  }

  private append(kind: MailKind, value: unknown): void {
    const used = 2 * (this.firstKind === null ? this.size : this.size - 1);
    if (used === this.ring.length) this.grow();
    const at = (this.head + used) & (this.ring.length - 1);
    this.ring[at] = kind;
    this.ring[at + 1] = value;
  }

  private takeFromRing(): unknown {
    const at = this.head;
    const kind = this.ring[at] as MailKind;
    const value = this.ring[at + 1];
    this.ring[at + 1] = undefined;
    this.head = (at + 2) & (this.ring.length - 1);
    this.taken(kind, value);
    // A burst's ring is given back; a small one is kept for the next message.
    if (this.size === 0 && this.ring.length > 8 * FIRST_CAPACITY) {
      this.ring = [];
      this.head = 0;
    }
    return value;
  }

  private taken(kind: MailKind, value: unknown): void {
    this.kind = kind;
    if (kind === Mail.info) this.infos--;
    else if (kind > Mail.info) this.kept--;
    else {
      this.frames--;
      this.bytes -= lengthOf(value);
    }
  }

  /** Takes the oldest info from among frames. Only while `infos` is above 0; costs as much as there are frames before it, usually none. */
  takeOldestInfo(): unknown {
    if (this.firstKind === Mail.info) return this.take();
    const mask = this.ring.length - 1;
    let at = this.head;
    while (this.ring[at] !== Mail.info) at = (at + 2) & mask;
    const info = this.ring[at + 1];
    for (; at !== this.head; at = (at - 2) & mask) {
      this.ring[at] = this.ring[(at - 2) & mask];
      this.ring[at + 1] = this.ring[((at - 2) & mask) + 1];
    }
    this.ring[at] = Mail.info;
    this.ring[at + 1] = info;
    return this.takeFromRing();
  }

  private grow(): void {
    const old = this.ring;
    const ring = new Array<unknown>(Math.max(2 * FIRST_CAPACITY, 2 * old.length));
    for (let i = 0; i < old.length; i++) ring[i] = old[(this.head + i) & (old.length - 1)];
    this.ring = ring;
    this.head = 0;
  }
}

function lengthOf(value: unknown): number {
  return (value as { length?: number }).length ?? 0;
}
