import { Chart } from '/static/prices/chart.js';
import { element, show, statusLine } from '/static/prices/dom.js';
import { Figures } from '/static/prices/figures.js';
import { priceText } from '/static/prices/format.js';
import { listings } from '/static/prices/listings.js';
import { Series } from '/static/prices/series.js';
import { connect, showState, socketUrl } from '/static/shared/socket.js';

/** Shows one symbol, or that there is none of that name. */
export async function showSymbol(symbol) {
  document.title = `${symbol} · vaquero`;
  const all = await listings();
  const listing = all.find((one) => one.symbol === symbol);
  if (listing === undefined) showUnknown(symbol, all);
  else follow(listing, all);
}

function follow({ symbol, name }, all) {
  const series = new Series();
  const figures = new Figures();
  const chart = new Chart(series, name);
  const [low, high] = [element('dd'), element('dd')];
  const range = element('dl', { className: 'range' }, pair('Low', low), pair('High', high));
  const title = element('div', {}, element('h1', {}, symbol), element('p', { className: 'name' }, name));
  const head = element('div', { className: 'head' }, title, figures.element, range);
  show(back(), element('section', { className: 'card symbol', ariaLabel: name }, head, chart.element), others(all, symbol));

  const refresh = () => {
    figures.show(series);
    low.textContent = priceText(series.low);
    high.textContent = priceText(series.high);
    chart.redraw();
  };
  connect(() => socketUrl(`/prices/${encodeURIComponent(symbol)}`), {
    onState: (state) => showState(statusLine(), state),
    onMessage: (data) => {
      const message = JSON.parse(data);
      if (message.type === 'history') series.reset(message.points);
      else if (message.type === 'moved') series.add(message.at, message.price);
      refresh();
    },
  });
}

function showUnknown(symbol, all) {
  const text = element('p', {}, 'Nothing called ', element('strong', {}, symbol), ' is traded here. These are:');
  const title = element('h1', {}, 'No such symbol');
  show(back(), element('section', { className: 'card unknown' }, title, text, others(all)));
  // There is nothing to be connected to.
  statusLine().style.visibility = 'hidden';
}

function back() {
  return element('p', { className: 'back' }, element('a', { href: '/prices' }, '← All prices'));
}

function others(all, current) {
  const links = all.map(({ symbol, name }) => {
    const link = element('a', { className: 'button', href: `/prices/${encodeURIComponent(symbol)}`, title: name }, symbol);
    if (symbol === current) link.ariaCurrent = 'page';
    return link;
  });
  return element('nav', { className: 'others', ariaLabel: 'Symbols' }, ...links);
}

function pair(term, value) {
  return element('div', {}, element('dt', {}, term), value);
}
