import { element } from '/static/prices/dom.js';
import { changeText, priceText } from '/static/prices/format.js';

/** A price, and how far it has come within a minute. */
export class Figures {
  #price = element('span', { className: 'price' });
  #change = element('span', { className: 'change' });
  element = element('p', { className: 'figures' }, this.#price, ' ', this.#change);

  show({ last, change }) {
    this.#price.textContent = priceText(last);
    this.#change.textContent = changeText(change);
    this.#change.classList.toggle('down', change < 0);
  }
}
