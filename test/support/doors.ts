import 'reflect-metadata';
import { container } from 'tsyringe';
import { Bus, type Close, type CloseOptions, type Frame, type HandlerClass, type ServeOptions } from 'vaquero';
import {
  type Closed,
  type Counters,
  type Mounted,
  mount,
  type ReceivedFrame,
  UpgradeRefused,
  type UpgradeResponse,
} from 'vaquero/testing';
import { noCounts } from '../../src/core/counters.js';
import { compilePlans } from '../../src/core/plan.js';
import { Router } from '../../src/core/router.js';
import { accepted } from './accepted.js';
import { settled, until } from './events.js';
import { closeFrame, frame, handshake, Op, RawClient, request, type ServerFrame } from './raw-client.js';
import { Reports, start, type TestServer } from './servers.js';

/** The two ways to a handler, over a socket and without one. What a test does at both must come to the same. */

type Headers = Record<string, string>;

type Sent = string | Uint8Array | Frame | Close;

/** A client that a test has do things, and nothing by itself; not even pings are answered. */
export interface Visitor {
  text(message: string): void;
  /** Sends frames, over a wire in one packet; a string is text, bytes are binary. */
  send(...frames: readonly Sent[]): void;
  /** Sends a close frame, and resolves when the connection is closed. */
  close(code?: number, reason?: string): Promise<Closed>;
  drop(): void;
  /** Resolves when the server has read all that was sent, of which it may say nothing. */
  arrived(): Promise<void>;
  pause(): void;
  resume(): void;
  readonly frames: readonly ReceivedFrame[];
  next(): Promise<ReceivedFrame>;
  /** The payload of the next frame. */
  nextText(): Promise<string>;
  /** Frames up to one with this payload, which is not among them. */
  upTo(payload: string): Promise<ReceivedFrame[]>;
  readonly closed: Promise<Closed>;
  /** What completed the upgrade. */
  readonly response: UpgradeResponse;
  /** The client of bytes that it is, over the wire. */
  readonly raw: RawClient;
}

/** Handlers that can be visited, and what they had to say of errors and to the log. */
export interface House extends Pick<TestServer, 'bus' | 'counters' | 'connections' | 'errors' | 'log' | 'nextError' | 'close'> {
  /** What is sent early comes right behind the handshake. */
  visit(path: string, headers?: Headers, early?: readonly Sent[]): Promise<Visitor>;
  /** Asks for an upgrade, and goes with what it is answered. */
  knock(path: string, headers?: Headers): Promise<UpgradeResponse>;
}

/** One of the two ways. */
export interface Door {
  readonly name: 'over the wire' | 'mounted';
  open(handlers: readonly HandlerClass[], options?: Partial<ServeOptions>): Promise<House>;
}

/** A frame's payload as text; the code of a close frame. */
export function payloadOf(received: ReceivedFrame): string {
  return received.type === 'close' ? `${received.code} ${received.reason}`.trim() : String(received.payload);
}

/** Frames as a test writes them: `text hi`. */
export function seen(frames: readonly ReceivedFrame[]): string[] {
  return frames.map((one) => `${one.type} ${payloadOf(one)}`);
}

/** What both clients do by the same means. */
abstract class Both {
  abstract next(): Promise<ReceivedFrame>;

  async nextText(): Promise<string> {
    return payloadOf(await this.next());
  }

  async upTo(payload: string): Promise<ReceivedFrame[]> {
    const frames: ReceivedFrame[] = [];
    for (;;) {
      const one = await this.next();
      if (one.type !== 'close' && payloadOf(one) === payload) return frames;
      frames.push(one);
    }
  }
}

// --- Over the wire ---

class WireVisitor extends Both implements Visitor {
  constructor(readonly raw: RawClient) {
    super();
  }

  text(message: string): void {
    this.raw.text(message);
  }

  send(...frames: readonly Sent[]): void {
    this.raw.write(...frames.map(bytesOf));
  }

  close(code?: number, reason?: string): Promise<Closed> {
    return this.raw.close(code, reason);
  }

  drop(): void {
    this.raw.drop();
  }

  async arrived(): Promise<void> {
    const there = accepted(this.raw.socket);
    await until(() => there.bytesRead >= this.raw.socket.bytesWritten);
  }

  pause(): void {
    this.raw.socket.pause();
  }

  resume(): void {
    this.raw.socket.resume();
  }

  get frames(): ReceivedFrame[] {
    return this.raw.frames.map(received);
  }

  async next(): Promise<ReceivedFrame> {
    return received(await this.raw.next());
  }

  get closed(): Promise<Closed> {
    return this.raw.closed;
  }

  get response(): UpgradeResponse {
    return this.raw.response;
  }
}

function bytesOf(sent: Sent): Buffer {
  if (typeof sent === 'string') return frame(Op.text, sent);
  if (sent instanceof Uint8Array) return frame(Op.binary, sent);
  return isClose(sent) ? closeFrame(sent.code, sent.reason) : frame(Op[sent.type], sent.payload);
}

function isClose(sent: Sent): sent is Close {
  return typeof sent === 'object' && 'code' in sent;
}

function received({ opcode, payload }: ServerFrame): ReceivedFrame {
  switch (opcode) {
    case Op.text:
      return { type: 'text', payload: payload.toString() };
    case Op.close:
      return payload.length === 0
        ? { type: 'close', code: 1005, reason: '' }
        : { type: 'close', code: payload.readUInt16BE(0), reason: payload.subarray(2).toString() };
    default:
      return { type: opcode === Op.ping ? 'ping' : opcode === Op.pong ? 'pong' : 'binary', payload };
  }
}

export const overTheWire: Door = {
  name: 'over the wire',
  async open(handlers, options) {
    const server = await start(handlers, options);
    return Object.assign(server, {
      visit: async (path: string, headers: Headers = {}, early: readonly Sent[] = []) =>
        new WireVisitor(await RawClient.open(server.url, path, { headers, more: Buffer.concat(early.map(bytesOf)) })),
      knock: async (path: string, headers: Headers = {}) => {
        const response = await request(server.url, handshake(path, headers));
        return { ...response, body: Buffer.from(response.body, 'latin1').toString() };
      },
    });
  },
};

// --- Mounted ---

class MountedVisitor extends Both implements Visitor {
  constructor(readonly chat: Mounted) {
    super();
  }

  text(message: string): void {
    this.chat.send(message);
  }

  send(...frames: readonly Sent[]): void {
    for (const one of frames) {
      if (isClose(one)) this.chat.close(one.code, one.reason);
      else this.chat.send(one);
    }
  }

  close(code?: number, reason?: string): Promise<Closed> {
    this.chat.close(code, reason);
    return this.chat.closed;
  }

  drop(): void {
    this.chat.drop();
  }

  async arrived(): Promise<void> {
    await settled();
  }

  pause(): void {
    this.chat.pause();
  }

  resume(): void {
    this.chat.resume();
  }

  get frames(): readonly ReceivedFrame[] {
    return this.chat.frames;
  }

  next(): Promise<ReceivedFrame> {
    return this.chat.next();
  }

  get closed(): Promise<Closed> {
    return this.chat.closed;
  }

  get response(): UpgradeResponse {
    return this.chat.response;
  }

  get raw(): never {
    throw new Error('There are no bytes where there is no wire.');
  }
}

/** Mounts that share what the connections of a server share, but for the hub. */
class MountedHouse extends Reports implements House {
  readonly bus: Bus;
  connections = 0;

  readonly #router: Router;
  readonly #options: Partial<ServeOptions>;
  readonly #chats: Mounted[] = [];

  constructor(
    private readonly handlers: readonly HandlerClass[],
    options: Partial<ServeOptions>,
  ) {
    super();
    this.#router = new Router(compilePlans(handlers, {}, () => []));
    this.bus = options.bus ?? new Bus();
    this.#options = {
      container: container.createChildContainer(),
      bus: this.bus,
      logger: this.logger,
      onError: this.onError,
      ...options,
    };
  }

  async visit(path: string, headers: Headers = {}, early: readonly Sent[] = []): Promise<Visitor> {
    const visitor = new MountedVisitor(await this.#mount(path, headers));
    visitor.send(...early);
    return visitor;
  }

  async knock(path: string, headers: Headers = {}): Promise<UpgradeResponse> {
    try {
      const chat = await this.#mount(path, headers);
      chat.drop();
      return chat.response;
    } catch (error) {
      if (error instanceof UpgradeRefused) return error;
      throw error;
    }
  }

  async #mount(path: string, headers: Headers): Promise<Mounted> {
    const handler = this.#router.find(path.split('?')[0] as string)?.plan.handler ?? (this.handlers[0] as HandlerClass);
    const chat = await mount(handler, { ...this.#options, path, headers, pongs: false });
    this.#chats.push(chat);
    this.connections++;
    // Listening has no time limit, as awaiting both has.
    void chat.terminated.then(() => void chat.closed.then(() => this.connections--));
    return chat;
  }

  get counters(): Counters {
    const sum = noCounts();
    for (const { counters } of this.#chats) {
      for (const [name, count] of Object.entries(counters)) sum[name as keyof Counters] += count;
    }
    return sum;
  }

  async close(_options?: CloseOptions): Promise<void> {
    for (const chat of this.#chats) chat.shutdown();
    await Promise.all(this.#chats.map(({ terminated, closed }) => Promise.all([terminated, closed])));
  }
}

const mounted: Door = {
  name: 'mounted',
  open: async (handlers, options = {}) => new MountedHouse(handlers, options),
};

/** For `describe.each(DOORS)('$name', (door) => …)`. */
export const DOORS: readonly Door[] = [overTheWire, mounted];
