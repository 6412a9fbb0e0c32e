import { singleton } from 'tsyringe';
import { Bus, Info } from 'vaquero';
import { LISTINGS, type Listing } from './listings.js';
import { nextPrice } from './random-walk.js';

/** Milliseconds between two looks at the market. */
const TICK = 250;

/** How often a price moves when it is looked at; the others stay where they are, as in life. */
const MOVES = 0.8;

/** How many of its prices a symbol remembers: a little more than a minute. */
const HISTORY = 260;

/** A price has moved. */
@Info('prices.moved')
export class PriceMoved {
  constructor(
    readonly symbol: string,
    readonly price: number,
    readonly at: number,
  ) {}
}

/** A time and a price, as charts want them. */
export type Point = readonly [at: number, price: number];

/** The topic that a symbol's prices are published to. */
export function topicOf(symbol: string): string {
  return `prices:${symbol}`;
}

/** Prices that move. It knows nothing of sockets: it publishes each price as an info, and whoever subscribed to the symbol receives it. */
@singleton()
export class Market {
  readonly #histories = new Map<string, Point[]>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly bus: Bus) {
    for (const listing of LISTINGS) this.#histories.set(listing.symbol, past(listing, Date.now()));
  }

  /** The symbol's last prices, oldest first; `undefined` if there is no such symbol. */
  history(symbol: string): readonly Point[] | undefined {
    return this.#histories.get(symbol);
  }

  /** Opens the market; answers how to close it. */
  open(): () => void {
    this.#timer ??= setInterval(() => this.#tick(), TICK);
    return () => {
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #tick(): void {
    const now = Date.now();
    for (const listing of LISTINGS) if (Math.random() < MOVES) this.#move(listing, now);
  }

  #move(listing: Listing, at: number): void {
    const history = this.#histories.get(listing.symbol) as Point[];
    const [, last] = history.at(-1) as Point;
    const price = nextPrice(last, listing);
    history.push([at, price]);
    if (history.length > HISTORY) history.shift();
    this.bus.publish(topicOf(listing.symbol), new PriceMoved(listing.symbol, price, at));
  }
}

/** A history for a market that has just been opened, so that the first visitor sees more than a dot. */
function past(listing: Listing, now: number): Point[] {
  const points: Point[] = [[now - HISTORY * TICK, listing.usual]];
  for (let i = HISTORY - 1; i > 0; i--) {
    const [, last] = points.at(-1) as Point;
    points.push([now - i * TICK, nextPrice(last, listing)]);
  }
  return points;
}
