import { byId } from '/static/chat/dom.js';

/** Milliseconds between two notes to the others that somebody is typing. */
const TYPING_EVERY = 2_000;
/** Characters left from which on they are counted. */
const FEW_LEFT = 100;
const KEY = 'vaquero.chat.draft.';

/** Where one writes. Text that was not said stays: over a lost connection, a visit to another room, or a reload. */
export class Composer {
  #field = byId('text');
  #hint = byId('hint');
  #room = '';
  #send;
  #connected = false;
  #lastTyping = 0;
  /** Lines that were sent and have not come back: they may have been lost with the connection. */
  #sent = [];

  /** @param {(message: object) => boolean} send false if there is nobody to send it to */
  constructor(send) {
    this.#send = send;
    this.#field.addEventListener('input', () => this.#changed());
    this.#field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#say();
    });
    byId('composer').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#say();
      // The button took the focus, and with it the keyboard of a phone.
      this.focus();
    });
  }

  enter(room) {
    this.#room = room;
    this.#sent = [];
    this.#write(sessionStorage.getItem(KEY + room) ?? '');
    this.#field.placeholder = `Message #${room}`;
    this.#tell('');
  }

  focus() {
    this.#field.focus();
  }

  connected(yes) {
    this.#connected = yes;
    byId('send').disabled = !yes;
    if (yes) this.#tell('');
  }

  /** One's own line came back. */
  heard(text) {
    const i = this.#sent.indexOf(text);
    if (i >= 0) this.#sent.splice(i, 1);
  }

  /** After a reconnection: what still has not come back was lost, and is there to be sent again. */
  restoreLost() {
    if (this.#sent.length === 0) return;
    const lost = [...this.#sent, this.#field.value].filter((text) => text !== '').join('\n');
    this.#sent = [];
    this.#write(lost);
    this.#tell('This was not delivered. Send it again?');
  }

  refused(reason) {
    this.#tell(reason);
    this.#write([this.#sent.shift() ?? '', this.#field.value].filter((text) => text !== '').join('\n'));
  }

  #say() {
    const text = this.#field.value.trim();
    if (text === '') return;
    if (!this.#connected || !this.#send({ type: 'say', text }))
      return this.#tell('Not connected. Your text is kept until it can be sent.');
    this.#sent.push(text);
    this.#lastTyping = 0;
    this.#write('');
    this.#tell('');
  }

  #changed() {
    this.#fit();
    sessionStorage.setItem(KEY + this.#room, this.#field.value);
    const left = this.#field.maxLength - this.#field.value.length;
    this.#tell(left <= FEW_LEFT ? `${left} characters left` : '');
    const now = Date.now();
    if (this.#field.value.trim() === '' || now - this.#lastTyping < TYPING_EVERY) return;
    this.#lastTyping = now;
    this.#send({ type: 'typing' });
  }

  #write(text) {
    this.#field.value = text;
    sessionStorage.setItem(KEY + this.#room, text);
    this.#fit();
  }

  #fit() {
    this.#field.style.height = 'auto';
    // The borders are not part of the scroll height.
    this.#field.style.height = `${this.#field.scrollHeight + 2}px`;
  }

  #tell(hint) {
    this.#hint.textContent = hint;
  }
}
