const FIRST_DELAY = 400;
const LONGEST_DELAY = 15_000;

/** The address of a socket on the server that the page came from. */
export function socketUrl(path) {
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  url.hash = '';
  return url.href;
}

/**
 * A WebSocket that comes back. After it was lost it waits before it tries again, longer each time and never in step with other pages, but
 * tries at once when the network is back or somebody looks at the page.
 *
 * @param {() => string} url where to, asked again for each attempt
 * @param {{ onMessage?: (data: string) => void, onState?: (state: 'connecting' | 'open' | 'waiting' | 'closed') => void }} listeners
 */
export function connect(url, { onMessage, onState }) {
  let socket = null;
  let attempts = 0;
  let timer = 0;
  let closed = false;

  const open = () => {
    clearTimeout(timer);
    timer = 0;
    onState?.('connecting');
    socket = new WebSocket(url());
    socket.addEventListener('open', () => {
      attempts = 0;
      onState?.('open');
    });
    socket.addEventListener('message', ({ data }) => onMessage?.(data));
    socket.addEventListener('close', lost);
  };

  const lost = () => {
    socket = null;
    if (closed) return;
    const ceiling = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempts++);
    timer = setTimeout(open, ceiling / 2 + (Math.random() * ceiling) / 2);
    onState?.('waiting');
  };

  const hurry = () => {
    if (timer !== 0 && document.visibilityState === 'visible') open();
  };
  addEventListener('online', hurry);
  document.addEventListener('visibilitychange', hurry);

  open();

  return {
    /** Sends text; false if there is nobody to send it to. */
    send(text) {
      if (socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(text);
      return true;
    },
    /** Ends it for good. */
    close() {
      closed = true;
      clearTimeout(timer);
      removeEventListener('online', hurry);
      document.removeEventListener('visibilitychange', hurry);
      socket?.close();
      onState?.('closed');
    },
  };
}

const STATES = {
  connecting: 'Connecting…',
  open: 'Connected',
  waiting: 'Connection lost, trying again…',
  closed: 'Disconnected',
};

/** Shows a connection's state in a `.status` element. */
export function showState(element, state) {
  element.dataset.state = state;
  element.querySelector('.status-text').textContent = STATES[state];
}
