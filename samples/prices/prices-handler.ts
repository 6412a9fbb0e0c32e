import { Connection, json, latest, OnInfo, OnInit, OnUpgrade, reject, UpgradeRequest, WebSocketHandler } from 'vaquero';
import { Market, PriceMoved, topicOf } from './market.js';

/** One symbol's prices: its history first, then each move. A client that cannot keep up gets the newest price, not all of them. */
@WebSocketHandler('/prices/:symbol', { backpressure: { policy: latest<PriceMoved>((info) => info.symbol) } })
export class PricesHandler {
  constructor(
    private readonly connection: Connection<{ symbol: string }>,
    private readonly market: Market,
  ) {}

  @OnUpgrade() admit({ params }: UpgradeRequest) {
    if (this.market.history(params.symbol ?? '') === undefined) return reject(404, { body: 'No such symbol.\n' });
  }

  @OnInit() async watch() {
    const { symbol } = this.connection.params;
    await this.connection.subscribe(topicOf(symbol));
    return json({ type: 'history', symbol, points: this.market.history(symbol) });
  }

  @OnInfo() moved(info: PriceMoved) {
    return json({ type: 'moved', ...info });
  }
}
