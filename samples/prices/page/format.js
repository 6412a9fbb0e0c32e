const PRICE = new Intl.NumberFormat([], { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const CHANGE = new Intl.NumberFormat([], { style: 'percent', minimumFractionDigits: 2, signDisplay: 'exceptZero' });
const TIME = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });

export function priceText(price) {
  return PRICE.format(price);
}

/** A change as a percentage with its sign, so that its colour is not all that tells its direction. */
export function changeText(change) {
  return CHANGE.format(change);
}

export function timeText(at) {
  return TIME.format(at);
}
