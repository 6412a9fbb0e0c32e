import { colour } from '/static/prices/canvas.js';
import { priceText, timeText } from '/static/prices/format.js';

/** Pixels between two lines of the grid, at the least. */
const BETWEEN = 48;
/** Milliseconds that there may be between two times, and pixels that there must be. */
const STEPS = [10_000, 20_000, 30_000, 60_000];
const APART = 20;

/** Draws a grid of round prices, and each price at the right of its line. */
export function drawPrices(context, scale, { left, top, width, height }) {
  const step = roundStep((scale.top - scale.bottom) / Math.max(1, height / BETWEEN));
  const line = colour(context.canvas, 'line');
  const ink = colour(context.canvas, 'muted');
  Object.assign(context, { textAlign: 'left', textBaseline: 'middle' });
  for (let price = Math.ceil(scale.bottom / step) * step; price <= scale.top; price += step) {
    const y = Math.round(scale.y(price));
    if (y < top || y > top + height) continue;
    context.fillStyle = line;
    context.fillRect(left, y, width, 1);
    context.fillStyle = ink;
    context.fillText(priceText(price), left + width + 14, y);
  }
}

/** Draws times below the chart, as close as they can stand. */
export function drawTimes(context, scale, { left, top, width, height }, lastAt) {
  const room = context.measureText(timeText(lastAt)).width;
  const step = STEPS.find((one) => scale.x(one) - scale.x(0) > room + APART) ?? STEPS.at(-1);
  context.fillStyle = colour(context.canvas, 'muted');
  context.textAlign = 'center';
  for (let at = Math.floor(lastAt / step) * step; scale.x(at) > left; at -= step) {
    const x = scale.x(at);
    // Half a time is worse than none.
    if (x - room / 2 >= left && x <= left + width) context.fillText(timeText(at), x, top + height + 20);
  }
}

/** The next of 1, 2 and 5, times a power of ten; a cent at the least, for prices have no more. */
function roundStep(atLeast) {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  const factor = [1, 2, 5, 10].find((one) => one * power >= atLeast) ?? 10;
  return Math.max(0.01, factor * power);
}
