import { Card } from '/static/prices/card.js';
import { element, show, statusLine } from '/static/prices/dom.js';
import { connect, showState, socketUrl } from '/static/shared/socket.js';

/** Shows everything that is traded. */
export function showBoard() {
  const cards = new Map();
  const list = element('ul', { className: 'board' });
  const lead = 'What is traded at the ranch, and how each price has moved within the last minute.';
  show(element('h1', {}, 'Prices'), element('p', { className: 'lead' }, lead), list);

  const board = ({ listings }) => {
    for (const listing of listings) {
      if (!cards.has(listing.symbol)) add(listing);
      cards.get(listing.symbol).reset(listing.points);
    }
  };
  const add = (listing) => {
    const card = new Card(listing);
    cards.set(listing.symbol, card);
    list.append(card.element);
  };

  connect(() => socketUrl('/prices'), {
    onState: (state) => showState(statusLine(), state),
    onMessage: (data) => {
      const message = JSON.parse(data);
      if (message.type === 'board') board(message);
      else if (message.type === 'moved') cards.get(message.symbol)?.move(message.at, message.price);
    },
  });
}
