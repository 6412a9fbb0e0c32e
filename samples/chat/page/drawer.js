import { byId } from '/static/chat/dom.js';

/** The side panel, which on a small screen is there only when it is asked for. On a large one it always is, and its button is not. */
export class Drawer {
  #side = byId('side');
  #button = byId('drawer');

  constructor() {
    this.#button.addEventListener('click', () => this.#show(!this.#open));
    document.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !this.#open) return;
      this.close();
      this.#button.focus();
    });
    document.addEventListener('click', (event) => {
      const outside = !this.#side.contains(event.target) && !this.#button.contains(event.target);
      // The list of rooms is drawn anew when one of them is chosen: what was clicked is then nowhere.
      if (outside && event.target.isConnected) this.close();
    });
  }

  close() {
    this.#show(false);
  }

  get #open() {
    return this.#side.classList.contains('open');
  }

  #show(open) {
    this.#side.classList.toggle('open', open);
    this.#button.ariaExpanded = String(open);
  }
}
