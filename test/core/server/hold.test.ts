import { expect, test } from '@jest/globals';
import { runProgram } from '../../support/program.js';

/** What a program that ends relies on: that `close` comes back. `dist` must be built, as `npm test` does first. */
const PROGRAM = `
import 'reflect-metadata';
import { once } from 'node:events';
import { connect } from 'node:net';
import { OnTerminate, WebSocketHandler, serve } from 'vaquero';

class Endless {
  terminate() { return new Promise(() => {}); }
}
OnTerminate()(Endless.prototype, 'terminate', Object.getOwnPropertyDescriptor(Endless.prototype, 'terminate'));
WebSocketHandler('/')(Endless);

const server = await serve({ handlers: [Endless], logger: { debug() {}, info() {}, warn() {}, error() {} } });
const socket = connect(Number(new URL(server.url).port));
socket.write('GET / HTTP/1.1\\r\\nHost: a\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n');
await once(socket, 'data');
socket.destroy();
await once(socket, 'close');
await server.close({ timeout: 50 });
console.log('closed, with', server.counters.cut, 'cut');
`;

test('close() comes back when its deadline has passed, though nothing but a callback that never ends is left', async () => {
  expect(await runProgram(PROGRAM)).toEqual({ stdout: 'closed, with 1 cut\n', stderr: '' });
});
