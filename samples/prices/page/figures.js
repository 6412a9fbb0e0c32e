import { element } from '/static/prices/dom.js';
import { changeText, priceText } from '/static/prices/format.js';

/** Milliseconds for which a price that has moved is coloured. */
const FLASH = 700;
const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** A price, and how far it has come within a minute. */
export class Figures {
  #price = element('span', { className: 'price' });
  #change = element('span', { className: 'change' });
  #last = 0;
  element = element('p', { className: 'figures' }, this.#price, ' ', this.#change);

  show({ last, change }) {
    this.#price.textContent = priceText(last);
    this.#change.textContent = changeText(change);
    this.#change.classList.toggle('down', change < 0);
    if (this.#last !== 0 && last !== this.#last) this.#flash(last > this.#last);
    this.#last = last;
  }

  #flash(up) {
    if (calm.matches) return;
    for (const running of this.#price.getAnimations()) running.cancel();
    this.#price.animate({ color: [`var(--${up ? 'good' : 'bad'})`, 'var(--ink)'] }, { duration: FLASH, easing: 'ease-out' });
  }
}
