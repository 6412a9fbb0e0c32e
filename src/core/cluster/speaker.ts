import type { Ref } from '../ref.js';
import type { Request } from '../request.js';
import type { Down } from '../timeout.js';
import type { Kind } from './envelope.js';

/** One that is told of the end of a connection on behalf of another node. */
export interface RemoteWatcher {
  readonly node: string;
  deliver(down: Down): void;
}

/** What conversations with other nodes need of the bus of their own. */
export interface Speaker {
  /** Sends to another node; false if it is dropped. The tag comes back if nobody hears it. Throws as `publish` does. */
  tell(node: string, kind: Kind, body: readonly unknown[], tag: string): boolean;
  /** As `tell`, for what is told again whenever the broker was away: it may be dropped, and is not counted then. */
  tellState(node: string, kind: Kind, body: readonly unknown[], tag: string): void;
  deliver(ref: Ref, info: unknown): void;
  ask(ref: Ref, request: Request): void;
  monitorHere(ref: Ref, watcher: RemoteWatcher): void;
  demonitorHere(ref: Ref, watcher: RemoteWatcher): void;
  /** A connection of another node has ended. */
  ended(ref: Ref, reason: unknown): void;
  /** Something was sent to nobody. */
  undeliverable(): void;
  /** A node did not hear that it shall watch: does it live? */
  suspect(): void;
}

/** What tags begin with: what it was that nobody heard. */
export const Tag = { send: 's', request: 'r', monitor: 'm', other: 'o' } as const;
