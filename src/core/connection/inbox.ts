import type { Counters } from '../counters.js';
import { Mail, Mailbox, type MailKind } from '../mailbox.js';
import type { ConnectionOptions } from '../options.js';
import { Latest, type OverflowPolicy } from '../policy.js';
import type { Request } from '../request.js';

/** Bytes that are read ahead of a handler that said `active(false)`: enough to see pings and a close, and few enough to slow the client down. */
const INACTIVE_READ_AHEAD = 65_536;

/** An info that a newer one with the same key may take the place of. */
class Replaceable {
  constructor(
    /** Those of the same policy that wait. */
    private readonly keys: Map<unknown, Replaceable>,
    private readonly key: unknown,
    public info: unknown,
  ) {}

  /** The info, which none can take the place of any more. */
  open(): unknown {
    if (this.keys.get(this.key) === this) this.keys.delete(this.key);
    return this.info;
  }
}

/**
 * What waits for a connection, in the order in which it came. While the client's frames must not be handled, infos that came after them
 * are handled before them.
 */
export class Inbox {
  /** What `active` said. */
  active = true;
  /** More waits to be written than the client reads: nothing is handled, for it could only add to it. */
  choked = false;
  /** The client has sent more than its rate allows. */
  throttled = false;
  /** The kind of what `take` gave last. */
  kind: MailKind = Mail.end;

  /** Infos of the connection's timers that wait. */
  timeouts = 0;
  /** Infos of the connection's monitors that wait. */
  downs = 0;

  private mailbox: Mailbox | null = null;
  /** Frames taken from the mailbox while they must not be handled; they come before all that is in it. */
  private held: Mailbox | null = null;
  private source: Mailbox | null = null;
  /** The infos that can be replaced, by their keys, of each policy: what is a key to the one is none to the other. */
  private replaceable: Map<Latest, Map<unknown, Replaceable>> | null = null;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly counters: Counters,
  ) {}

  /** The client's frames may be handled. */
  get flowing(): boolean {
    return this.active && !this.choked && !this.throttled;
  }

  get size(): number {
    return (this.mailbox === null ? 0 : this.mailbox.size) + (this.held === null ? 0 : this.held.size);
  }

  /** Infos from others that wait: those that are bounded. */
  get infos(): number {
    return this.mailbox === null ? 0 : this.mailbox.infos;
  }

  /** How much waits that is no frame of the client's. */
  get tells(): number {
    return this.mailbox === null ? 0 : this.mailbox.infos + this.mailbox.kept;
  }

  /** Takes in what must not be lost: the client's frames, whose number reading keeps within bounds, and the connection's own timers and monitors. */
  put(kind: MailKind, value: unknown): void {
    this.mailbox ??= new Mailbox();
    this.mailbox.put(kind, value instanceof Uint8Array && kind < Mail.end ? ownBytes(value as Buffer) : value);
    if (kind === Mail.timeout) this.timeouts++;
    else if (kind === Mail.down) this.downs++;
  }

  /** Takes in an info or published frame, as far as bounds and policies allow; false if the connection must end of it. */
  offer(info: unknown): boolean {
    const { mailboxLimit, mailboxPolicy, backpressurePolicy } = this.options;
    if (this.choked) return this.apply(backpressurePolicy, info);
    if (this.infos >= mailboxLimit) return this.apply(mailboxPolicy, info);
    if (mailboxPolicy instanceof Latest) this.putReplaceable(mailboxPolicy, mailboxPolicy.key(info), info);
    else this.put(Mail.info, info);
    return true;
  }

  /** Takes in a request, if there is room for it: no policy drops what somebody waits for. */
  admit(request: Request): boolean {
    if (this.tells >= this.options.mailboxLimit) return false;
    this.put(Mail.request, request);
    return true;
  }

  private apply(policy: OverflowPolicy, info: unknown): boolean {
    if (policy === 'close') return false;
    if (policy instanceof Latest) this.replaceOrPut(policy, info);
    else if (policy === 'drop-newest' && this.infos >= this.options.mailboxLimit) this.counters.dropped++;
    else {
      this.makeRoom();
      this.put(Mail.info, info);
    }
    return true;
  }

  private replaceOrPut(policy: Latest, info: unknown): void {
    const key = policy.key(info);
    const waiting = this.replaceable?.get(policy)?.get(key);
    if (waiting === undefined) {
      this.makeRoom();
      return this.putReplaceable(policy, key, info);
    }
    waiting.info = info;
    this.counters.replaced++;
  }

  /** Takes in an info that a newer one with the same key may take the place of; none can that of one without a key. */
  private putReplaceable(policy: Latest, key: unknown, info: unknown): void {
    if (key === undefined) return this.put(Mail.info, info);
    this.replaceable ??= new Map();
    let keys = this.replaceable.get(policy);
    if (keys === undefined) {
      keys = new Map();
      this.replaceable.set(policy, keys);
    }
    const waiting = new Replaceable(keys, key, info);
    keys.set(key, waiting);
    this.put(Mail.info, waiting);
  }

  /** Drops the oldest info where there is no room for one more. */
  private makeRoom(): void {
    if (this.infos < this.options.mailboxLimit) return;
    const oldest = (this.mailbox as Mailbox).takeOldestInfo();
    if (oldest instanceof Replaceable) oldest.open();
    this.counters.dropped++;
  }

  /** Finds the next that may be handled, for `take`; frames that must not be are set aside on the way. */
  seek(): boolean {
    this.source = this.choked ? null : this.findSource();
    return this.source !== null;
  }

  /** What `seek` found is a message of the client's. */
  get nextIsMessage(): boolean {
    const kind = (this.source as Mailbox).nextKind;
    return kind === Mail.text || kind === Mail.binary;
  }

  /** Takes what `seek` found. */
  take(): unknown {
    const source = this.source as Mailbox;
    const value = source.take();
    this.kind = source.kind;
    if (this.kind === Mail.timeout) this.timeouts--;
    else if (this.kind === Mail.down) this.downs--;
    return this.replaceable !== null && value instanceof Replaceable ? value.open() : value;
  }

  /** Whether the socket should be read: not from the limits on, and again from half of them down. */
  wantsMore(reading: boolean): boolean {
    const frames = (this.mailbox?.frames ?? 0) + (this.held?.frames ?? 0);
    if (reading && frames === 0) return true;
    const bytes = (this.mailbox?.bytes ?? 0) + (this.held?.bytes ?? 0);
    const { mailboxLimit, backpressureLimit } = this.options;
    const byteLimit = this.active ? backpressureLimit : Math.min(backpressureLimit, INACTIVE_READ_AHEAD);
    return reading ? frames < mailboxLimit && bytes < byteLimit : frames <= mailboxLimit / 2 && bytes <= byteLimit / 2;
  }

  /** Discards all that waits; who asked is told. */
  clear(): void {
    const { mailbox } = this;
    this.counters.discarded += this.size;
    this.mailbox = this.held = this.source = this.replaceable = null;
    while (mailbox !== null && mailbox.kept > 0) {
      const value = mailbox.take();
      if (mailbox.kind === Mail.request) (value as Request).fail('gone');
    }
  }

  private findSource(): Mailbox | null {
    const { mailbox, held } = this;
    if (held !== null && held.size > 0 && this.flowing) return held;
    if (mailbox === null) return null;
    while (mailbox.size > 0) {
      const kind = mailbox.nextKind;
      // A client that leaves while the handler does not listen is gone all the same; what it said before is dropped with it.
      if (kind >= Mail.info || this.flowing || (kind === Mail.end && !this.active)) return mailbox;
      this.held ??= new Mailbox();
      this.held.put(kind, mailbox.take());
    }
    return null;
  }
}

/** A payload that waits, without the much larger piece of the socket's that it may be a view of. */
function ownBytes(payload: Buffer): Buffer {
  if (2 * payload.length > payload.buffer.byteLength) return payload;
  const copy = Buffer.allocUnsafeSlow(payload.length);
  copy.set(payload);
  return copy;
}
