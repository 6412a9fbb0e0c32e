import { colour, paint } from '/static/prices/canvas.js';
import { element } from '/static/prices/dom.js';
import { priceText, timeText } from '/static/prices/format.js';
import { drawDot, drawLine, scaleOf } from '/static/prices/line.js';
import { drawPrices, drawTimes } from '/static/prices/scales.js';

/** Pixels around the line: for the prices at its right, the times below, and a little air. */
const RIGHT = 64;
const BELOW = 30;
const ABOVE = 28;

/** One symbol's large chart. Where a pointer is, it tells the price and the time. */
export class Chart {
  #series;
  #pointer = null;
  #canvas;

  constructor(series, name) {
    this.#series = series;
    this.#canvas = element('canvas', { className: 'chart', role: 'img', ariaLabel: `Prices of ${name} within the last minute` });
    this.element = this.#canvas;
    this.redraw = paint(this.#canvas, (context, width, height) => this.#draw(context, width, height));
    for (const type of ['pointermove', 'pointerdown']) this.#canvas.addEventListener(type, (event) => this.#point(event.offsetX));
    for (const type of ['pointerleave', 'pointercancel']) this.#canvas.addEventListener(type, () => this.#point(null));
  }

  #point(x) {
    this.#pointer = x;
    this.redraw();
  }

  #draw(context, width, height) {
    if (this.#series.points.length === 0) return;
    const box = { left: 0, top: ABOVE, width: width - RIGHT, height: height - ABOVE - BELOW };
    const scale = scaleOf(this.#series, box);
    context.font = `12px ${getComputedStyle(this.#canvas).fontFamily}`;
    drawPrices(context, scale, box);
    drawTimes(context, scale, box, this.#series.lastAt);
    drawLine(context, this.#series, scale, box);
    if (this.#pointer !== null) this.#drawPointer(context, scale, box);
  }

  #drawPointer(context, scale, { left, top, width, height }) {
    const [at, price] = this.#series.near(scale.at(this.#pointer));
    const x = Math.max(left, scale.x(at));
    const text = `${priceText(price)}  ${timeText(at)}`;
    context.fillStyle = colour(this.#canvas, 'muted');
    context.fillRect(Math.round(x), top - 6, 1, height + 6);
    drawDot(context, x, scale.y(price), colour(this.#canvas, 'ink'));
    context.textAlign = 'left';
    const half = context.measureText(text).width / 2;
    // Above the line, and within the chart at both its ends.
    context.fillText(text, Math.min(Math.max(x - half, left), left + width - 2 * half), top - 16);
  }
}
