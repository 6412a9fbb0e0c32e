import type { Sample } from '../shared/sample.js';
import { BoardHandler } from './board-handler.js';
import { Market } from './market.js';
import { PricesHandler } from './prices-handler.js';

export const prices: Sample = {
  name: 'prices',
  handlers: [BoardHandler, PricesHandler],
  start: (container) => container.resolve(Market).open(),
};
