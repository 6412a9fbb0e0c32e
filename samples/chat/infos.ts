import { Info } from 'vaquero';

/** Someone came into a room. */
@Info('chat.joined')
export class Joined {
  constructor(
    readonly id: number,
    readonly name: string,
    readonly at: number,
  ) {}
}

/** Someone left it. */
@Info('chat.left')
export class Left {
  constructor(
    readonly id: number,
    readonly name: string,
    readonly at: number,
  ) {}
}

/** Someone goes by another name. */
@Info('chat.renamed')
export class Renamed {
  constructor(
    readonly id: number,
    readonly name: string,
    readonly was: string,
    readonly at: number,
  ) {}
}

/** Someone said something. */
@Info('chat.said')
export class Said {
  constructor(
    /** Counts what was said in the room. */
    readonly id: number,
    /** Who said it: the `id` of a {@link Joined}. */
    readonly from: number,
    readonly name: string,
    readonly text: string,
    readonly at: number,
  ) {}
}
