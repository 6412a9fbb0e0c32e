// The parts of the hot path, each alone.

import { interpret } from '../../dist/core/interpreter.js';
import { Mail, Mailbox } from '../../dist/core/mailbox.js';
import { compilePlans } from '../../dist/core/plan.js';
import { Router } from '../../dist/core/router.js';
import { OnText, text, WebSocketHandler } from '../../dist/index.js';
import { Receiver } from '../../dist/transports/ws/receiver.js';
import { Sender } from '../../dist/transports/ws/sender.js';
import { clientFrame, OPCODE } from '../load/frames.js';
import { decorate } from './decorate.js';
import { StubSocket } from './socket.js';

const nothing = () => {};
const TEXT = 'a'.repeat(64);
const OTHER_TEXT = 'b'.repeat(64);
const SMALL = Buffer.alloc(64, 'a');
const LARGE = Buffer.alloc(16_384, 'a');

function handlerAt(path) {
  class Handler {
    text() {}
  }
  decorate(Handler, WebSocketHandler(path), { text: OnText() });
  return Handler;
}

function planLookup() {
  const paths = ['/echo', '/chat', '/prices/:symbol', '/rooms/:room/users/:user', '/files/**'];
  const router = new Router(compilePlans(paths.map(handlerAt), {}, () => []));
  return [
    { name: 'plan lookup, static path', operation: () => router.find('/echo') },
    { name: 'plan lookup, one parameter', operation: () => router.find('/prices/ACME') },
    { name: 'plan lookup, no such path', operation: () => router.find('/nowhere') },
  ];
}

function interpreter() {
  const target = {
    open: true,
    replier: 'Bench.text',
    sendText: nothing,
    sendBinary: nothing,
    sendFrame: nothing,
    stop: nothing,
    room: () => null,
  };
  const list = [TEXT, SMALL, TEXT];
  const frame = text(TEXT);
  return [
    { name: 'reply interpreter, nothing', operation: () => interpret(undefined, target) },
    { name: 'reply interpreter, string', operation: () => interpret(TEXT, target) },
    { name: 'reply interpreter, Buffer', operation: () => interpret(SMALL, target) },
    { name: 'reply interpreter, frame', operation: () => interpret(frame, target) },
    { name: 'reply interpreter, list of three', operation: () => interpret(list, target) },
  ];
}

function encoder() {
  const sender = new Sender(new StubSocket(), null, nothing);
  sender.cork();
  // Two texts in turn: a text that is sent again at once is not encoded again.
  const textFrame = (i) => {
    sender.text((i & 1) === 0 ? TEXT : OTHER_TEXT);
    sender.run();
  };
  const joined = () => {
    for (let i = 0; i < 16; i++) sender.text((i & 1) === 0 ? TEXT : OTHER_TEXT);
    sender.run();
  };
  const binaryFrame = (payload) => () => {
    sender.binary(payload);
    sender.run();
  };
  return [
    { name: 'frame encoder, 64 B text', operation: textFrame },
    { name: 'frame encoder, 16 × 64 B text in one write', operation: joined, messages: 16 },
    { name: 'frame encoder, 64 B binary', operation: binaryFrame(SMALL) },
    { name: 'frame encoder, 16 KiB binary', operation: binaryFrame(LARGE) },
  ];
}

function decoder() {
  const events = { onText: nothing, onBinary: nothing };
  const receiver = new Receiver(events, 1_048_576, false, true);
  const subject = (name, opcode, payload) => {
    const template = clientFrame(opcode, payload);
    const chunk = Buffer.from(template);
    const operation = () => {
      template.copy(chunk);
      receiver.feed(chunk);
    };
    return { name, operation };
  };
  return [
    subject('frame decoder, 64 B text', OPCODE.text, SMALL),
    subject('frame decoder, 64 B binary', OPCODE.binary, SMALL),
    subject('frame decoder, 16 KiB binary', OPCODE.binary, LARGE),
  ];
}

function mailbox() {
  const box = new Mailbox();
  const one = () => {
    box.put(Mail.text, TEXT);
    box.take();
  };
  const burst = () => {
    for (let i = 0; i < 16; i++) box.put(Mail.info, SMALL);
    for (let i = 0; i < 16; i++) box.take();
  };
  return [
    { name: 'mailbox, put and take', operation: one },
    { name: 'mailbox, 16 put, then 16 taken', operation: burst, messages: 16 },
  ];
}

export function internalSubjects() {
  return [...planLookup(), ...interpreter(), ...encoder(), ...decoder(), ...mailbox()];
}
