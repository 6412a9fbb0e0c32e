import type { WebSocket, WebSocketServer } from 'ws';

type Watched = WebSocket & { isAlive?: boolean };

function heartbeat(this: Watched): void {
  this.isAlive = true;
}

/** "How to detect and close broken connections?" of the ws README, for every peer that hands out its `ws` server. */
export function keepAlive(wss: WebSocketServer): void {
  wss.on('connection', (ws: Watched) => {
    ws.isAlive = true;
    ws.on('pong', heartbeat);
  });

  const interval = setInterval(() => {
    wss.clients.forEach((ws: Watched) => {
      if (ws.isAlive === false) {
        ws.terminate();
        return;
      }

      ws.isAlive = false;
      ws.ping();
    });
  }, 30_000);

  wss.on('close', () => clearInterval(interval));
}
