// One connection of the load process: a raw socket that upgrades, walks frames, and answers pings.
import { connect } from 'node:net';
import { clientFrame, OPCODE } from './frames.js';
import { FrameWalker } from './walker.js';

// One buffer serves all sockets: what is read is looked at before the next read.
const READ_BUFFER = Buffer.allocUnsafeSlow(256 * 1024);

// The example of RFC 6455, section 1.3.
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
const HEAD_END = '\r\n\r\n';
const NORMAL_CLOSURE = Buffer.from([0x03, 0xe8]);

export class Client {
  #socket;
  #walker;
  #answer = Buffer.alloc(0);
  #upgraded = false;
  #greeted = 0;
  #opened;
  #failed;

  /** `target` is `{ host, port, path, protocol, faults }`; `peek` as in `FrameWalker`. */
  constructor(target, peek) {
    this.target = target;
    // Two bytes tell the greetings apart.
    this.#walker = new FrameWalker(this, Math.max(2, peek));
  }

  /** Resolves when the server is ready for messages. */
  open() {
    const { host, port } = this.target;
    this.opened = new Promise((resolve, reject) => {
      this.#opened = resolve;
      this.#failed = reject;
    });
    this.#socket = connect({
      host,
      port,
      noDelay: true,
      onread: { buffer: READ_BUFFER, callback: (size) => this.#read(size) },
    });
    this.#socket.on('error', (error) => this.#failed(error));
    this.#socket.on('close', () => {
      this.#failed(new Error('The server closed the connection while it was opening.'));
      this.ended();
    });
    this.#socket.write(this.#request());
    return this.opened;
  }

  write(bytes) {
    this.#socket.write(bytes);
  }

  send(opcode, payload) {
    this.#socket.write(clientFrame(opcode, payload, this.target.protocol.masked));
  }

  /** Begins the closing handshake. */
  close() {
    this.send(OPCODE.close, NORMAL_CLOSURE);
  }

  /** Leaves what comes in the socket's buffer, until `resume`. */
  pause() {
    this.#socket.pause();
  }

  resume() {
    this.#socket.resume();
  }

  destroy() {
    this.#socket.destroy();
  }

  /** What goes wrong on any connection ends up in one list; a run with faults has no result. */
  fault(message) {
    this.target.faults.add(message);
  }

  // What a workload overrides.

  /** A data frame after the greeting; answers whether the workload knows it. */
  message() {
    return false;
  }

  /** All frames of one read have been walked. */
  walked() {}

  /** The connection is gone. */
  ended() {}

  /** Bytes after the upgrade; a workload that wants whole payloads takes them itself. */
  received(bytes, size) {
    this.#walker.walk(bytes, size);
    this.walked();
  }

  // Called by the walker.

  frame(opcode, length, bytes, at) {
    const { greeting } = this.target.protocol;
    if (opcode >= OPCODE.close) this.#control(opcode, bytes.subarray(at, at + length));
    else if (this.#greeted < greeting.length) this.#greet(greeting[this.#greeted], bytes, at);
    else if (!this.message(opcode, length, bytes, at)) this.other(opcode, length, bytes, at);
  }

  /** A data frame that carries no message of the workload. */
  other(opcode, length, bytes, at) {
    const { heartbeat, ignorable } = this.target.protocol;
    if (heartbeat !== null && length === heartbeat.payload.length) this.send(OPCODE.text, Buffer.from(heartbeat.answer));
    else if (!ignorable(opcode, bytes[at])) this.fault(`An unexpected frame: opcode ${opcode}, ${length} bytes.`);
  }

  #request() {
    const { host, port, path } = this.target;
    return [
      `GET ${path} HTTP/1.1`,
      `Host: ${host}:${port}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${KEY}`,
      'Sec-WebSocket-Version: 13',
      '\r\n',
    ].join('\r\n');
  }

  #read(size) {
    if (this.#upgraded) this.received(READ_BUFFER, size);
    else this.#upgrade(READ_BUFFER.subarray(0, size));
  }

  #upgrade(bytes) {
    this.#answer = Buffer.concat([this.#answer, bytes]);
    const end = this.#answer.indexOf(HEAD_END);
    if (end === -1) return;

    const head = this.#answer.toString('latin1', 0, end);
    const rest = this.#answer.subarray(end + HEAD_END.length);
    this.#answer = null;
    if (!head.startsWith('HTTP/1.1 101 ') || !head.includes(ACCEPT)) {
      this.#failed(new Error(`The server refused the upgrade: ${head.slice(0, 80)}`));
      this.destroy();
      return;
    }
    this.#upgraded = true;
    if (this.target.protocol.greeting.length === 0) this.#opened();
    if (rest.length > 0) this.received(rest, rest.length);
  }

  #greet({ begins, answer }, bytes, at) {
    if (bytes.toString('latin1', at, at + begins.length) !== begins) this.fault(`A greeting that does not begin with ${begins}.`);
    if (answer !== null) this.send(OPCODE.text, Buffer.from(answer));
    this.#greeted += 1;
    if (this.#greeted === this.target.protocol.greeting.length) this.#opened();
  }

  #control(opcode, payload) {
    if (opcode === OPCODE.ping) this.send(OPCODE.pong, payload);
    if (opcode === OPCODE.close) this.#socket.end();
  }
}
