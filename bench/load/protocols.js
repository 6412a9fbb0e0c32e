// What a message looks like on the wire, for each protocol that a peer speaks. A protocol is
//   path      where the peer is asked to upgrade
//   masked    whether client frames are masked
//   greeting  the text frames that the server sends after the upgrade, with what is answered to each
//   message   (opcode, body) → the frames that carry the body to the server
//   reply     (opcode, size) → the one frame that carries a body of that size back: its opcode, length, and where the body begins
//   ignorable (opcode, firstByte) → whether another data frame is part of the protocol
//   heartbeat the payload of the server's own heartbeat message and what is answered, where there is one
import { OPCODE } from './frames.js';

const raw = {
  path: '/',
  masked: true,
  greeting: [],
  message: (opcode, body) => [{ opcode, payload: body }],
  reply: (opcode, size) => ({ opcode, length: size, bodyAt: 0 }),
  ignorable: () => false,
  heartbeat: null,
};

/** A text protocol that wraps the body; binary messages stay as they are. */
function enveloped(before, after) {
  return {
    message: (opcode, body) =>
      opcode === OPCODE.text
        ? [{ opcode, payload: Buffer.concat([Buffer.from(before), body, Buffer.from(after)]) }]
        : raw.message(opcode, body),
    reply: (opcode, size) =>
      opcode === OPCODE.text
        ? { opcode, length: before.length + size + after.length, bodyAt: before.length }
        : raw.reply(opcode, size),
  };
}

const nest = { ...raw, ...enveloped('{"event":"echo","data":"', '"}') };

// Engine.IO 4 and Socket.IO 5: packets are text frames with a type in front; a binary body follows its packet as a frame of its own.
const socketioText = enveloped('42["echo","', '"]');
const ATTACHMENT = Buffer.from('451-["echo",{"_placeholder":true,"num":0}]');
const FIRST_OF_ATTACHMENT = ATTACHMENT[0];
const socketio = {
  ...raw,
  path: '/socket.io/?EIO=4&transport=websocket',
  greeting: [
    { begins: '0', answer: '40' },
    { begins: '40', answer: null },
  ],
  message: (opcode, body) =>
    opcode === OPCODE.text
      ? socketioText.message(opcode, body)
      : [
          { opcode: OPCODE.text, payload: ATTACHMENT },
          { opcode, payload: body },
        ],
  reply: socketioText.reply,
  ignorable: (opcode, firstByte) => opcode === OPCODE.text && firstByte === FIRST_OF_ATTACHMENT,
  heartbeat: { payload: '2', answer: '3' },
};

export const PROTOCOLS = { raw, nest, socketio, bytes: { ...raw, masked: false } };
