// The steady state of a synchronous text handler, from the bytes of a read to the bytes of the write, beside that of `ws`.
import { setImmediate as turn } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { attach, OnText, WebSocketHandler } from '../../dist/index.js';
import { clientFrame, OPCODE } from '../load/frames.js';
import { decorate } from './decorate.js';
import { upgradedSocket } from './socket.js';

const PAYLOAD = Buffer.alloc(64, 'a');
const ECHO_BYTES = PAYLOAD.length + 2;
const FRAMES = 16;

class EchoHandler {
  text(message) {
    return message;
  }
}
decorate(EchoHandler, WebSocketHandler('/'), { text: OnText() });

function attachVaquero(server) {
  return attach(server, { handlers: [EchoHandler] });
}

function attachWs(server) {
  const wss = new WebSocketServer({ server });
  wss.on('connection', (ws) => {
    ws.on('message', (data, isBinary) => {
      ws.send(data, { binary: isBinary });
    });
  });
}

/** Sees to it that what is measured is an echo of every frame. */
async function checked(socket, subject) {
  const before = socket.written;
  subject.operation();
  await turn();
  const expected = (subject.messages ?? 1) * ECHO_BYTES;
  if (socket.written - before !== expected)
    throw new Error(`${subject.name}: ${socket.written - before} bytes instead of ${expected}.`);
  return subject;
}

/** One read of so many frames. Receivers unmask in place, so each read gets the frames anew, in the same memory. */
function reads(socket, frames) {
  const template = Buffer.concat(Array.from({ length: frames }, () => clientFrame(OPCODE.text, PAYLOAD)));
  const chunk = Buffer.from(template);
  return () => {
    template.copy(chunk);
    socket.push(chunk);
  };
}

export async function textHandlerSubjects() {
  const vaquero = await upgradedSocket(attachVaquero);
  const ws = await upgradedSocket(attachWs);
  const one = 'text handler, 64 B, one frame a read';
  const many = `text handler, 64 B, a read of ${FRAMES} frames`;
  return [
    await checked(vaquero, { name: `${one}: vaquero`, operation: reads(vaquero, 1) }),
    await checked(ws, { name: `${one}: ws`, operation: reads(ws, 1) }),
    await checked(vaquero, { name: `${many}: vaquero`, operation: reads(vaquero, FRAMES), messages: FRAMES }),
    await checked(ws, { name: `${many}: ws`, operation: reads(ws, FRAMES), messages: FRAMES }),
  ];
}
