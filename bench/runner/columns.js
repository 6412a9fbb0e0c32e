// The columns of the tables. The first is what rows are compared by.
import { microseconds, percent, perSecond } from './format.js';

export const RATE_COLUMNS = [
  { key: 'rate', label: 'rate', format: perSecond },
  { key: 'p50', label: 'p50', format: microseconds },
  { key: 'p99', label: 'p99', format: microseconds },
  { key: 'serverBusy', label: 'server busy', format: percent },
  { key: 'loadBusy', label: 'load busy', format: percent },
];
