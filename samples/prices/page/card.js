import { paint } from '/static/prices/canvas.js';
import { element } from '/static/prices/dom.js';
import { Figures } from '/static/prices/figures.js';
import { drawLine, scaleOf } from '/static/prices/line.js';
import { Series } from '/static/prices/series.js';

/** Pixels around the line. */
const ROOM = 8;

/** One symbol on the board. */
export class Card {
  #series = new Series();
  #figures = new Figures();
  #redraw;

  constructor({ symbol, name }) {
    // The chart says nothing that the figures do not.
    const canvas = element('canvas', { ariaHidden: 'true' });
    const link = element('a', { href: `/prices/${encodeURIComponent(symbol)}` }, symbol);
    const title = element('div', {}, element('h2', {}, link), element('p', { className: 'name' }, name));
    this.element = element('li', { className: 'card stock' }, title, this.#figures.element, canvas);
    this.#redraw = paint(canvas, (context, width, height) => this.#draw(context, width, height));
  }

  reset(points) {
    this.#series.reset(points);
    this.#show();
  }

  move(at, price) {
    this.#series.add(at, price);
    this.#show();
  }

  #show() {
    this.#figures.show(this.#series);
    this.#redraw();
  }

  #draw(context, width, height) {
    const box = { left: 0, top: ROOM, width: width - ROOM, height: height - 2 * ROOM };
    drawLine(context, this.#series, scaleOf(this.#series, box), box);
  }
}
