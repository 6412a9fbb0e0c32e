import { avatar, byId, element, nameOf } from '/static/chat/dom.js';

const KEPT_ENTRIES = 500;
/** Lines of one person that follow within this time stand together. */
const TOGETHER = 5 * 60_000;
/** Pixels from the end that still count as being there. */
const SLACK = 48;
const LINK = /(https?:\/\/[^\s<>"]+[^\s<>"'.,;:!?)\]])/;

/** What was said, newest at the end. It stays at the end, unless somebody has scrolled up to read. */
export class Log {
  /** Which lines are shown. Lines of several nodes need not come in the order of their times, so times alone do not tell. */
  #shown = new Set();
  #box = byId('log');
  #jump = byId('jump');
  #lastLine = null;
  #lastDay = '';
  #unread = 0;
  #following = true;

  constructor() {
    // What scrolls must be reachable with a keyboard, and not every browser sees to that.
    this.#box.tabIndex = 0;
    this.#box.addEventListener('scroll', () => {
      this.#following = this.#box.scrollHeight - this.#box.scrollTop - this.#box.clientHeight < SLACK;
      if (this.#following) this.#showUnread(0);
    });
    this.#jump.addEventListener('click', () => this.toEnd());
    // The keyboard of a phone, or a growing text field, must not hide the end.
    new ResizeObserver(() => this.#following && this.#scroll()).observe(this.#box);
  }

  clear() {
    this.#box.replaceChildren();
    this.#box.classList.remove('known');
    this.#shown.clear();
    this.#lastLine = null;
    this.#lastDay = '';
    this.toEnd();
  }

  /** Many lines at once, which a screen reader is not to read out one by one. */
  history(lines, me) {
    this.#box.ariaLive = 'off';
    // From now on an empty log means that nothing was said, and not that nothing has come yet.
    this.#box.classList.add('known');
    for (const line of lines) this.line(line, line.name === me);
    this.#showUnread(0);
    requestAnimationFrame(() => {
      this.#box.ariaLive = 'polite';
    });
  }

  /** Whether a line is shown already. */
  has(line) {
    return this.#shown.has(keyOf(line));
  }

  /** Adds a line; false for one that is shown already. */
  line(line, own) {
    if (this.has(line)) return false;
    this.#shown.add(keyOf(line));
    if (this.#shown.size > KEPT_ENTRIES) this.#shown.delete(this.#shown.values().next().value);
    this.#day(line.at);
    const last = this.#lastLine;
    const together = last?.name === line.name && line.at - last.at < TOGETHER;
    this.#lastLine = line;
    const head = element('p', { className: 'head' }, nameOf(line.name), timeOf(line.at));
    const text = element('p', { className: 'text', dir: 'auto' }, ...withLinks(line.text));
    const entry = element('div', { className: 'line' }, avatar(line.name), element('div', { className: 'bubble' }, head, text));
    entry.classList.toggle('own', own);
    entry.classList.toggle('together', together);
    this.#add(entry, !own);
    if (own) this.toEnd();
    return true;
  }

  /** Adds what happened, apart from what was said. */
  event(at, ...content) {
    this.#day(at);
    this.#lastLine = null;
    this.#add(element('p', { className: 'event' }, ...content, ' ', timeOf(at)), false);
  }

  toEnd() {
    this.#following = true;
    this.#showUnread(0);
    this.#scroll();
  }

  #day(at) {
    const day = new Date(at).toLocaleDateString([], { weekday: 'long', day: 'numeric', month: 'long' });
    if (day === this.#lastDay) return;
    this.#lastDay = day;
    this.#lastLine = null;
    this.#add(element('p', { className: 'day' }, element('span', {}, day)), false);
  }

  #add(entry, counts) {
    this.#box.append(entry);
    if (this.#box.childElementCount > KEPT_ENTRIES) this.#box.firstElementChild.remove();
    if (this.#following) this.#scroll();
    else if (counts) this.#showUnread(this.#unread + 1);
  }

  #scroll() {
    this.#box.scrollTop = this.#box.scrollHeight;
  }

  #showUnread(count) {
    this.#unread = count;
    this.#jump.hidden = count === 0;
    this.#jump.textContent = count === 1 ? '↓ 1 new message' : `↓ ${count} new messages`;
  }
}

/** A person's lines have times of their own. */
function keyOf({ name, at }) {
  return `${at} ${name}`;
}

function timeOf(at) {
  const date = new Date(at);
  const short = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return element('time', { dateTime: date.toISOString(), title: date.toLocaleString() }, short);
}

/** Text whose web addresses can be followed. */
function withLinks(text) {
  // Every second part is an address, for the pattern has one group.
  return text
    .split(LINK)
    .map((part, i) => (i % 2 === 0 ? part : element('a', { href: part, target: '_blank', rel: 'noopener noreferrer' }, part)));
}
