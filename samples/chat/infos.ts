import { Info } from 'vaquero';

/**
 * What happens in a room, as infos on the bus. The names given to `@Info` make them the same classes on another node. Who comes and who goes is
 * told by presence.
 */

/** The topic of a room. */
export function topicOf(room: string): string {
  return `chat:${room}`;
}

/** A line was said; clients get it as it is. The `at` of one person grows from line to line, so name and `at` tell one line from another. */
@Info('chat.said')
export class Said {
  readonly type = 'said';
  constructor(
    readonly name: string,
    readonly text: string,
    readonly at: number,
  ) {}
}

/** Somebody is about to say something. */
@Info('chat.typing')
export class Typing {
  readonly type = 'typing';
  constructor(readonly name: string) {}
}

/** Asks one who is in a room what was said last; the answer is a list of `Said`, oldest first. */
@Info('chat.history-asked')
export class HistoryAsked {}
