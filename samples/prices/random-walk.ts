import type { Listing } from './listings.js';

/** How much of its distance from the usual price a price loses in one step. */
const PULL = 0.004;

/** The next step of a random walk that does not lose its way. */
export function nextPrice(last: number, { usual, volatility }: Listing): number {
  const step = volatility * bell() + PULL * Math.log(usual / last);
  return Math.max(0.01, Math.round(last * Math.exp(step) * 100) / 100);
}

/** Roughly the normal distribution: the sum of twelve uniform ones has its variance. */
function bell(): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += Math.random();
  return sum;
}
