import { avatar, byId, element, nameOf } from '/static/chat/dom.js';

const TYPING_SHOWN = 4_000;

/** Who is here, in a list and a count, and who is typing. */
export class People {
  /** The node of each by their names; none has one where there is one only. */
  #nodes = new Map();
  #typing = new Map();
  #me = '';

  /** Replaces everybody; each name's node is where the name is. */
  reset(names, nodes, me) {
    this.#nodes = new Map(names.map((name, i) => [name, nodes[i]]));
    this.#me = me;
    for (const name of [...this.#typing.keys()]) this.stopTyping(name);
    this.#draw();
  }

  add(name, node) {
    this.#nodes.set(name, node);
    this.#draw();
  }

  callMe(name) {
    this.#me = name;
    this.#draw();
  }

  remove(name) {
    this.#nodes.delete(name);
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
    byId('count').textContent = this.#nodes.size;
    byId('people').replaceChildren(...[...this.#nodes].map(([name, node]) => this.#entry(name, node)));
  }

  #entry(name, node) {
    const you = name === this.#me ? [element('span', { className: 'you' }, 'you')] : [];
    const where = node === undefined ? [] : [element('span', { className: 'node' }, node)];
    return element('li', {}, avatar(name), nameOf(name), ...you, ...where);
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
