import { showBoard } from '/static/prices/board.js';
import { showSymbol } from '/static/prices/symbol.js';

/** The symbol that the address names; empty at `/prices`. Symbols are capitals, however somebody types them. */
function symbolInAddress() {
  const [, , encoded = ''] = location.pathname.split('/');
  try {
    return decodeURIComponent(encoded).toUpperCase();
  } catch {
    return encoded;
  }
}

const symbol = symbolInAddress();
if (symbol === '') showBoard();
else showSymbol(symbol);
