import { Mail, Mailbox, type MailKind } from '../mailbox.js';
import type { ConnectionOptions } from '../options.js';

/** Bytes that are read ahead for a handler that said `active(false)`: enough to see pings and a close, little enough to slow the client down. */
const INACTIVE_READ_AHEAD = 65_536;

/**
 * What waits for a connection, and what of it may be handled now: all in the order in which it came, but that infos pass the client's
 * frames while these must not be handled.
 */
export class Inbox {
  /** What `active` said. */
  active = true;
  /** More waits to be written than the client reads. */
  choked = false;
  /** The kind of what `take` gave last. */
  kind: MailKind = Mail.end;

  private mailbox: Mailbox | null = null;
  /** Frames taken from the mailbox while they must not be handled; they come before all that is in it. */
  private held: Mailbox | null = null;
  private source: Mailbox | null = null;

  constructor(private readonly options: ConnectionOptions) {}

  /** Frames may be handled. */
  get flowing(): boolean {
    return this.active && !this.choked;
  }

  get size(): number {
    return (this.mailbox === null ? 0 : this.mailbox.size) + (this.held === null ? 0 : this.held.size);
  }

  get infos(): number {
    return this.mailbox === null ? 0 : this.mailbox.infos;
  }

  put(kind: MailKind, value: unknown): void {
    this.mailbox ??= new Mailbox();
    this.mailbox.put(kind, value);
  }

  /** Finds the next that may be handled, for `take`; frames that must not be are set aside on the way. */
  seek(): boolean {
    this.source = this.findSource();
    return this.source !== null;
  }

  /** Takes what `seek` found. */
  take(): unknown {
    const source = this.source as Mailbox;
    const value = source.take();
    this.kind = source.kind;
    return value;
  }

  /** Whether the socket should be read: not from the limits on, and again from half of them down. */
  wantsMore(reading: boolean): boolean {
    const frames = (this.mailbox?.frames ?? 0) + (this.held?.frames ?? 0);
    const bytes = (this.mailbox?.bytes ?? 0) + (this.held?.bytes ?? 0);
    const { mailboxLimit, backpressureLimit } = this.options;
    const byteLimit = this.active ? backpressureLimit : Math.min(backpressureLimit, INACTIVE_READ_AHEAD);
    return reading ? frames < mailboxLimit && bytes < byteLimit : frames <= mailboxLimit / 2 && bytes <= byteLimit / 2;
  }

  clear(): void {
    this.mailbox = this.held = this.source = null;
  }

  private findSource(): Mailbox | null {
    const { mailbox, held } = this;
    if (held !== null && held.size > 0 && this.flowing) return held;
    if (mailbox === null) return null;
    while (mailbox.size > 0) {
      const kind = mailbox.nextKind;
      // A client that leaves while the handler does not listen is gone all the same; what it said before is dropped with it.
      if (kind === Mail.info || this.flowing || (kind === Mail.end && !this.active)) return mailbox;
      this.held ??= new Mailbox();
      this.held.put(kind, mailbox.take());
    }
    return null;
  }
}
