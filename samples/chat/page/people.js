import { avatar, byId, element, nameOf } from '/static/chat/dom.js';

const TYPING_SHOWN = 4_000;

/** Who is here, in a list and a count, and who is typing. */
export class People {
  #names = new Set();
  #typing = new Map();
  #me = '';

  /** Replaces everybody. */
  reset(names, me) {
    this.#names = new Set(names);
    this.#me = me;
    for (const name of [...this.#typing.keys()]) this.stopTyping(name);
    this.#draw();
  }

  add(name) {
    this.#names.add(name);
    this.#draw();
  }

  remove(name) {
    this.#names.delete(name);
    this.stopTyping(name);
    this.#draw();
  }

  /** Nobody says that they stopped typing, so it is believed for a while only. */
  startTyping(name) {
    clearTimeout(this.#typing.get(name));
    this.#typing.set(
      name,
      setTimeout(() => this.stopTyping(name), TYPING_SHOWN),
    );
    this.#drawTyping();
  }

  stopTyping(name) {
    clearTimeout(this.#typing.get(name));
    if (this.#typing.delete(name)) this.#drawTyping();
  }

  #draw() {
    byId('count').textContent = this.#names.size;
    byId('people').replaceChildren(...[...this.#names].map((name) => this.#entry(name)));
  }

  #entry(name) {
    const you = name === this.#me ? [element('span', { className: 'you' }, 'you')] : [];
    return element('li', {}, avatar(name), nameOf(name), ...you);
  }

  #drawTyping() {
    const [first, second, ...more] = [...this.#typing.keys()].map(nameOf);
    const said = byId('typing');
    if (first === undefined) said.replaceChildren();
    else if (second === undefined) said.replaceChildren(first, ' is typing…');
    else if (more.length === 0) said.replaceChildren(first, ' and ', second, ' are typing…');
    else said.replaceChildren('Several people are typing…');
  }
}
