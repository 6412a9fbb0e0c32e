import { Info } from 'vaquero';

/**
 * What happens in a room, as infos on the bus. The names given to `@Info` make them the same classes on another node; the fields are what a
 * client reads, for the handler replies infos as they are.
 */

/** The topic of a room. */
export function topicOf(room: string): string {
  return `chat:${room}`;
}

/** A line was said. `at` grows from line to line of a room, so that it also tells one from another. */
@Info('chat.said')
export class Said {
  readonly type = 'said';
  constructor(
    readonly name: string,
    readonly text: string,
    readonly at: number,
  ) {}
}

/** Somebody came. */
@Info('chat.joined')
export class Joined {
  readonly type = 'joined';
  constructor(
    readonly name: string,
    readonly at: number,
  ) {}
}

/** Somebody went. */
@Info('chat.left')
export class Left {
  readonly type = 'left';
  constructor(
    readonly name: string,
    readonly at: number,
  ) {}
}

/** Somebody is about to say something. */
@Info('chat.typing')
export class Typing {
  readonly type = 'typing';
  constructor(readonly name: string) {}
}
