import { Connection, json, latest, OnInfo, OnInit, WebSocketHandler } from 'vaquero';
import { LISTINGS } from './listings.js';
import { Market, PriceMoved, topicOf } from './market.js';

/** The whole board: what is traded, then each move of each symbol. */
@WebSocketHandler('/prices', { backpressure: { policy: latest<PriceMoved>((info) => info.symbol) } })
export class BoardHandler {
  constructor(
    private readonly connection: Connection,
    private readonly market: Market,
  ) {}

  @OnInit() async watch() {
    await Promise.all(LISTINGS.map(({ symbol }) => this.connection.subscribe(topicOf(symbol))));
    const listings = LISTINGS.map(({ symbol, name }) => ({ symbol, name, points: this.market.history(symbol) }));
    return json({ type: 'board', listings });
  }

  @OnInfo() moved(info: PriceMoved) {
    return json({ type: 'moved', ...info });
  }
}
