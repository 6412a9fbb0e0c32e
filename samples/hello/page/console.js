import { showState, socketUrl } from '/static/shared/socket.js';

const KEPT_LINES = 200;
const FEW_BYTES = new Uint8Array([0xca, 0xfe]);

/** `<hello-console>`: a terminal for the hello sample, with the browser's own WebSocket and nothing between. */
class HelloConsole extends HTMLElement {
  #socket = null;
  #log = element('ol', { className: 'console-log', role: 'log', tabIndex: 0, ariaLabel: 'Frames' });
  #input = element('input', { className: 'field', placeholder: 'Say something', autocomplete: 'off', maxLength: 500 });
  #status = element('span', { className: 'status' }, element('span', { className: 'status-text visually-hidden' }));
  #toggle = element('button', { className: 'button push', type: 'button' });
  #sends = [
    element('button', { className: 'button primary', type: 'submit' }, 'Send'),
    element('button', { className: 'button', type: 'button', title: 'A binary frame, which the handler ignores' }, 'Send bytes'),
  ];

  connectedCallback() {
    const url = element('code', {}, socketUrl('/hello'));
    const form = element('form', { className: 'console-form' }, this.#input, ...this.#sends);
    this.#input.setAttribute('aria-label', 'Text to send');
    form.addEventListener('submit', (event) => this.#sendText(event));
    this.#sends[1].addEventListener('click', () => this.#sendBytes());
    this.#toggle.addEventListener('click', () => (this.#socket === null ? this.#open() : this.#socket.close()));
    this.append(element('div', { className: 'console-head' }, this.#status, url, this.#toggle), this.#log, form);
    this.#open();
  }

  disconnectedCallback() {
    this.#socket?.close();
    this.replaceChildren();
  }

  #open() {
    const socket = new WebSocket(socketUrl('/hello'));
    this.#socket = socket;
    this.#show('connecting');
    socket.addEventListener('open', () => {
      this.#show('open');
      this.#write('note', 'connected');
    });
    socket.addEventListener('message', ({ data }) => this.#write('in', data));
    socket.addEventListener('close', ({ code }) => {
      this.#socket = null;
      this.#show('closed');
      this.#write('note', `closed with code ${code}`);
    });
  }

  #show(state) {
    showState(this.#status, state);
    this.#toggle.textContent = state === 'closed' ? 'Connect' : 'Disconnect';
    for (const button of this.#sends) button.disabled = state !== 'open';
  }

  #sendText(event) {
    event.preventDefault();
    if (this.#input.value === '' || this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(this.#input.value);
    this.#write('out', this.#input.value);
    this.#input.value = '';
  }

  #sendBytes() {
    this.#socket.send(FEW_BYTES);
    this.#write('out', `${FEW_BYTES.length} bytes`);
  }

  #write(kind, text) {
    const log = this.#log;
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    const now = new Date();
    const time = element('time', { dateTime: now.toISOString() }, now.toLocaleTimeString());
    log.append(element('li', { className: kind }, element('span', {}, text), time));
    if (log.childElementCount > KEPT_LINES) log.firstElementChild.remove();
    if (atEnd) log.scrollTop = log.scrollHeight;
  }
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

customElements.define('hello-console', HelloConsole);
