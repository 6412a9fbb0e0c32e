import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach } from '@jest/globals';

const running = new Set<() => void>();

afterEach(() => {
  for (const stop of running) stop();
  running.clear();
});

/** Listens on a free port until the test ends; what comes is for the test to answer. Answers the port. */
export async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  }).listen(0);
  running.add(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** What speaks as Redis does: each command is answered by name, with its arguments to make the answer from; `''` is no answer. */
export function fakeRedis(answer: (command: string, args: readonly string[]) => string): Promise<number> {
  return listen((socket) => {
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      // Each command comes in one piece.
      for (const command of chunk.split(/^\*\d+\r\n/m).slice(1)) {
        const [name = '', ...args] = [...command.matchAll(/\$\d+\r\n(.*)\r\n/g)].map(([, word]) => word as string);
        socket.write(answer(name.toUpperCase(), args));
      }
    });
  });
}
