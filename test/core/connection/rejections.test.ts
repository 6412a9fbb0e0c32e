import { expect, test } from '@jest/globals';
import { runProgram } from '../../support/program.js';

/**
 * Everything that a handler can reject or throw, in a process that an unhandled rejection would end. Decorators are called as functions, for
 * the program is JavaScript.
 */
const PROGRAM = `
import 'reflect-metadata';
import { connect } from 'node:net';
import { once } from 'node:events';
import { container } from 'tsyringe';
import { OnInfo, OnInit, OnTerminate, OnText, OnUpgrade, WebSocketHandler, serve } from 'vaquero';

const fail = (where) => { throw new Error(where); };
const later = async (where) => { await null; throw new Error(where); };

class Failing {
  admit(request) { if (request.query === 'upgrade') return later('upgrade'); }
  init(connection) { connection.subscribe('all'); if (connection.request.query === 'init') return later('init'); }
  text(message, connection) {
    switch (message) {
      case 'promise': return later('promise');
      case 'promises': return [later('one of two'), later('two of two')];
      case 'set': return new Set([new Promise((resolve) => setTimeout(resolve, 50)), later('in a set')]);
      case 'nested set': return [new Promise((resolve) => setTimeout(resolve, 50)), new Set([later('in a nested set')])];
      case 'generator': return (function* () { try { yield 'a'; fail('generator'); } finally { fail('finally'); } })();
      case 'async generator': return (async function* () { try { yield 'a'; } finally { await later('async finally'); } })();
      case 'endless': return (async function* () { try { for (;;) { await new Promise(setImmediate); yield 'a'; } } finally { fail('returned'); } })();
      case 'send': connection.send(later('send')); return 'sent';
      case 'flooded': connection.send(Buffer.alloc(17 * 2 ** 20)); connection.send(later('flooded')); return;
      case 'thenable': return { then(_, reject) { reject(new Error('thenable')); } };
      case 'timer': connection.sendAfter(1, 'timer'); return;
    }
  }
  info(info) { return later('info ' + info); }
  terminate() { return later('terminate'); }
  dispose() { return later('dispose'); }
}
for (const [decorate, name] of [[OnUpgrade(), 'admit'], [OnInit(), 'init'], [OnText(), 'text'], [OnInfo((info) => info !== 'predicate' || fail('predicate')), 'info'], [OnTerminate(), 'terminate']]) {
  decorate(Failing.prototype, name, Object.getOwnPropertyDescriptor(Failing.prototype, name));
}
WebSocketHandler('/')(Failing);

const reported = [];
const server = await serve({ handlers: [Failing], onError: (error) => reported.push(error.message) });
const port = Number(new URL(server.url).port);

async function visit(query, message, then = () => {}) {
  const socket = connect(port);
  socket.on('error', () => {});
  // A close frame is answered by letting go.
  socket.on('data', (chunk) => chunk.includes(0x88) && socket.end());
  socket.write('GET /?' + query + ' HTTP/1.1\\r\\nHost: a\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n');
  await once(socket, 'data');
  if (message !== undefined) {
    const payload = Buffer.from(message);
    socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]));
  }
  await then(socket);
  if (!socket.closed) await once(socket, 'close');
}

const drop = async (socket) => { await once(socket, 'data'); socket.destroy(); };
await visit('upgrade');
await visit('init');
for (const message of ['promise', 'promises', 'set', 'nested set', 'generator', 'async generator', 'send', 'flooded', 'thenable', 'timer']) await visit('', message);
await visit('', 'endless', drop);
await visit('', undefined, () => server.bus.publish('all', 'predicate'));
await visit('', undefined, () => server.bus.publish('all', 'published'));
await server.close();
console.log(JSON.stringify(reported));
`;

test('every rejection is reported, and none is unhandled', async () => {
  const { stdout, stderr } = await runProgram(PROGRAM);
  expect(stderr).toBe('');
  const reported = JSON.parse(stdout) as string[];
  for (const message of [
    'upgrade',
    'init',
    'promise',
    'one of two',
    'two of two',
    'in a set',
    'in a nested set',
    'finally',
    'async finally',
    'returned',
    'send',
    'flooded',
    'thenable',
    'predicate',
  ]) {
    expect(reported).toContain(message);
  }
  expect(reported).toContain('info timer');
  expect(reported).toContain('info published');
  expect(reported.filter((message) => message === 'terminate')).toHaveLength(15);
  expect(reported.filter((message) => message === 'dispose')).toHaveLength(15);
});
