import { connect, type Socket } from 'node:net';

/** A frame as it came from the server. */
export interface ServerFrame {
  readonly fin: boolean;
  readonly rsv1: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
}

export interface FrameOptions {
  readonly fin?: boolean;
  /** The three reserved bits: 0x40 is RSV1. */
  readonly rsv?: number;
  readonly masked?: boolean;
}

export const Op = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** A client's frame, masked, with nothing checked: what a broken client sends can be made of it too. */
export function frame(
  opcode: number,
  payload: string | Uint8Array = '',
  { fin = true, rsv = 0, masked = true }: FrameOptions = {},
): Buffer {
  const body = Buffer.from(payload as Uint8Array);
  const bit = masked ? 0x80 : 0;
  const first = (fin ? 0x80 : 0) | rsv | opcode;
  let header: Buffer;
  if (body.length < 126) header = Buffer.from([first, bit | body.length]);
  else if (body.length < 65_536) {
    header = Buffer.from([first, bit | 126, 0, 0]);
    header.writeUInt16BE(body.length, 2);
  } else {
    header = Buffer.from([first, bit | 127, 0, 0, 0, 0, 0, 0, 0, 0]);
    header.writeBigUInt64BE(BigInt(body.length), 2);
  }
  if (!masked) return Buffer.concat([header, body]);
  for (let i = 0; i < body.length; i++) body[i] = (body[i] as number) ^ (MASK[i & 3] as number);
  return Buffer.concat([header, MASK, body]);
}

/** A close frame; without a code it has no payload. */
export function closeFrame(code?: number, reason = ''): Buffer {
  if (code === undefined) return frame(Op.close);
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, 2);
  return frame(Op.close, payload);
}

/** The lines of an opening handshake; a header that is `undefined` is left out. */
export function handshake(path: string, headers: Record<string, string | undefined> = {}, method = 'GET'): string {
  const all = {
    Host: 'localhost',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': KEY,
    ...headers,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined);
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

/** A response to a request, as far as tests look at it. */
export interface Response {
  readonly status: number;
  /** A header that is there several times is a list. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
}

/** Sends bytes to a server and answers its response, when it has closed the connection or completed an upgrade. */
export async function request(url: string, bytes: string | Buffer): Promise<Response> {
  const socket = connect(portOf(url), 'localhost');
  let all = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    all += chunk;
    if (all.startsWith('HTTP/1.1 101') && all.includes('\r\n\r\n')) socket.destroy();
  });
  socket.on('error', () => undefined);
  socket.write(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
  const end = all.indexOf('\r\n\r\n');
  return { ...readHead(all.slice(0, end)), body: all.slice(end + 4) };
}

/** A WebSocket client of bytes: it says what a test tells it to, and nothing by itself. */
export class RawClient {
  /** Everything that came, in order. */
  readonly frames: ServerFrame[] = [];
  response: Response = { status: 0, headers: {}, body: '' };
  /** Resolves when the socket is closed, with the code of the server's close frame: 1005 for none in it, 1006 for no close frame. */
  readonly closed: Promise<{ code: number; reason: string }>;

  readonly socket: Socket;
  #bytes = Buffer.alloc(0);
  #chunks: Buffer[] = [];
  #there = 0;
  /** Bytes that it takes to read on. */
  #wanted = 0;
  #open = false;
  #taken = 0;
  #waiting: (() => void)[] = [];
  #ended = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#ended = true;
        this.#wake();
        resolve(this.#closeOf());
      });
    });
  }

  /** Opens a connection; `more` is sent in the same packet as the handshake. Rejects unless the upgrade is completed. */
  static async open(
    url: string,
    path: string,
    { headers, more = Buffer.alloc(0) }: { headers?: Record<string, string | undefined>; more?: Buffer } = {},
  ): Promise<RawClient> {
    const socket = connect(portOf(url), 'localhost');
    socket.setNoDelay(true);
    const client = new RawClient(socket);
    socket.write(Buffer.concat([Buffer.from(handshake(path, headers)), more]));
    while (!client.#open && !client.#ended) await client.#more();
    if (client.response.status !== 101) throw new Error(`refused with ${client.response.status}: ${client.response.body}`);
    return client;
  }

  /** Sends bytes as they are. */
  write(...parts: (Buffer | string)[]): void {
    this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part as string))));
  }

  text(payload: string): void {
    this.write(frame(Op.text, payload));
  }

  /** The next frame that has not been taken; rejects if the socket closes first. */
  async next(): Promise<ServerFrame> {
    while (this.frames.length === this.#taken) {
      if (this.#ended) throw new Error(`closed with ${this.#closeOf().code} while a frame was awaited`);
      await this.#more();
    }
    return this.frames[this.#taken++] as ServerFrame;
  }

  /** The next frame's payload, as text. */
  async nextText(): Promise<string> {
    return (await this.next()).payload.toString();
  }

  /** Frames up to one with this payload, which is not among them. */
  async upTo(payload: string): Promise<ServerFrame[]> {
    const frames: ServerFrame[] = [];
    for (;;) {
      const one = await this.next();
      if (one.payload.toString() === payload) return frames;
      frames.push(one);
    }
  }

  /** Closes as a client does: a close frame, and the socket after the answer. */
  async close(code?: number, reason?: string): Promise<{ code: number; reason: string }> {
    this.write(closeFrame(code, reason));
    return this.closed;
  }

  /** Goes without a word. */
  drop(): void {
    this.socket.resetAndDestroy();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #read(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#there += chunk.length;
    if (this.#there < this.#wanted) return;
    this.#bytes = Buffer.concat([this.#bytes, ...this.#chunks.splice(0)]);
    if (!this.#open && !this.#readResponse()) return;
    this.#wanted = 0;
    while (this.#readFrame());
    this.#there = this.#bytes.length;
    this.#wake();
  }

  #readResponse(): boolean {
    const end = this.#bytes.indexOf('\r\n\r\n');
    if (end < 0) return false;
    this.response = {
      ...readHead(this.#bytes.subarray(0, end).toString('latin1')),
      body: this.#bytes.subarray(end + 4).toString(),
    };
    this.#bytes = this.#bytes.subarray(end + 4);
    this.#open = this.response.status === 101;
    return this.#open;
  }

  #readFrame(): boolean {
    const bytes = this.#bytes;
    if (bytes.length < 2) return false;
    const [first, second] = bytes as unknown as [number, number];
    const size = second & 0x7f;
    const header = size === 126 ? 4 : size === 127 ? 10 : 2;
    if (bytes.length < header) return false;
    const length = size === 126 ? bytes.readUInt16BE(2) : size === 127 ? Number(bytes.readBigUInt64BE(2)) : size;
    if (bytes.length < header + length) {
      this.#wanted = header + length;
      return false;
    }
    if ((second & 0x80) !== 0) throw new Error('a server must not mask');
    const payload = bytes.subarray(header, header + length);
    this.frames.push({ fin: (first & 0x80) !== 0, rsv1: (first & 0x40) !== 0, opcode: first & 0x0f, payload });
    this.#bytes = bytes.subarray(header + length);
    // RFC 6455, section 7.1.1: the server closes first; a client that answers lets it go.
    if ((first & 0x0f) === Op.close && !this.socket.writableEnded) this.socket.end(closeFrame());
    return true;
  }

  #closeOf(): { code: number; reason: string } {
    const last = this.frames.at(-1);
    if (last?.opcode !== Op.close) return { code: 1006, reason: '' };
    if (last.payload.length === 0) return { code: 1005, reason: '' };
    return { code: last.payload.readUInt16BE(0), reason: last.payload.subarray(2).toString() };
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function readHead(head: string): Pick<Response, 'status' | 'headers'> {
  const [first = '', ...lines] = head.split('\r\n');
  const headers: Record<string, string | readonly string[]> = {};
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase();
    const value = line.slice(line.indexOf(':') + 1).trim();
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return { status: Number(first.split(' ')[1]), headers };
}
