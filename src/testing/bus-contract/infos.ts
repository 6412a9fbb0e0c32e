import { nameInfo } from '../../core/metadata.js';

/** A class that travels. */
export class Moved {
  constructor(
    readonly symbol: string,
    readonly price: number,
  ) {}

  get label(): string {
    return `${this.symbol}: ${this.price}`;
  }
}
nameInfo(Moved, 'vaquero.contract.Moved');

/** A class that travels with others in it. */
export class Moves {
  constructor(
    readonly first: Moved,
    readonly others: readonly Moved[],
  ) {}
}
nameInfo(Moves, 'vaquero.contract.Moves');

/** An error that travels. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly symbol: string,
  ) {
    super(message);
  }
}
nameInfo(Refused, 'vaquero.contract.Refused');

/** A class that has no name on the wire. */
export class Nameless {
  readonly field = 1;
}
