import { statusLine } from '/static/prices/dom.js';
import { connect, showState, socketUrl } from '/static/shared/socket.js';

/**
 * What is traded. A refused connection does not tell a page why, so whether a symbol exists is looked up on the board, whose first message
 * lists them all.
 */
export function listings() {
  return new Promise((resolve) => {
    const socket = connect(() => socketUrl('/prices'), {
      // That it has ended is no news: it has done what it was for.
      onState: (state) => state !== 'closed' && showState(statusLine(), state),
      onMessage: (data) => {
        const message = JSON.parse(data);
        if (message.type !== 'board') return;
        socket.close();
        resolve(message.listings);
      },
    });
  });
}
