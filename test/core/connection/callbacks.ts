import {
  type Connection,
  type HandlerClass,
  OnBinary,
  OnInfo,
  OnInit,
  OnPing,
  OnPong,
  OnTerminate,
  OnText,
  ping,
  pong,
  type Reply,
  type TerminateReason,
  WebSocketHandler,
} from 'vaquero';
import type { House, Visitor } from '../../support/doors.js';
import { Events } from '../../support/events.js';

/** One handler for each callback, which replies what a test says. */

/** What the callback under test replies, and what has happened. */
export interface Scene {
  reply: () => Reply;
  readonly called: Events<string>;
  readonly ended: Events<TerminateReason>;
}

let scene: Scene = newScene(() => undefined);

/** Sets the scene for the next connection. */
export function setScene(reply: () => Reply): Scene {
  scene = newScene(reply);
  return scene;
}

function newScene(reply: () => Reply): Scene {
  return { reply, called: new Events(), ended: new Events() };
}

function go(): Reply {
  scene.called.push('go');
  return scene.reply();
}

class Go {}

/** Answered `probed`, when all that came before it has been handled. */
export class Probe {}

/** An info that says what is to be replied to it. */
export class Do {
  constructor(readonly run: (connection: Connection) => Reply) {}
}

const OPTIONS = { compress: true } as const;

/** What all of them share. */
class Probed {
  @OnInfo(Probe) probe() {
    return 'probed';
  }

  @OnInfo(Do) do({ run }: Do, connection: Connection) {
    return run(connection);
  }

  @OnTerminate() terminate(reason: TerminateReason) {
    scene.ended.push(reason);
  }
}

class Subscribed extends Probed {
  @OnInit() async init(connection: Connection) {
    await connection.subscribe('all');
    return 'ready';
  }
}

@WebSocketHandler('/init', OPTIONS)
class InitHandler extends Probed {
  @OnInit() init(connection: Connection) {
    connection.subscribe('all');
    return ['ready', go()];
  }

  @OnText() text() {
    return go();
  }
}

@WebSocketHandler('/text', OPTIONS)
class TextHandler extends Subscribed {
  @OnText() go() {
    return go();
  }
}

@WebSocketHandler('/binary', OPTIONS)
class BinaryHandler extends Subscribed {
  @OnBinary() go() {
    return go();
  }
}

@WebSocketHandler('/ping', OPTIONS)
class PingHandler extends Subscribed {
  @OnPing() go() {
    return go();
  }
}

@WebSocketHandler('/pong', OPTIONS)
class PongHandler extends Subscribed {
  @OnPong() go() {
    return go();
  }
}

@WebSocketHandler('/info', OPTIONS)
class InfoHandler extends Subscribed {
  @OnInfo(Go) go() {
    return go();
  }

  @OnText() text() {
    return go();
  }
}

export interface Trigger {
  readonly handler: HandlerClass;
  /** Has the callback called. */
  readonly call: (visitor: Visitor, house: House) => void;
  /** What the library itself answers to that. */
  readonly answer?: string;
}

export const CALLBACKS: Record<'init' | 'text' | 'binary' | 'ping' | 'pong' | 'info', Trigger> = {
  init: { handler: InitHandler, call: () => undefined },
  text: { handler: TextHandler, call: (visitor) => visitor.text('go') },
  binary: { handler: BinaryHandler, call: (visitor) => visitor.send(Buffer.from('go')) },
  ping: { handler: PingHandler, call: (visitor) => visitor.send(ping('go')), answer: 'pong go' },
  pong: { handler: PongHandler, call: (visitor) => visitor.send(pong('go')) },
  info: { handler: InfoHandler, call: (_, house) => house.bus.publish('all', new Go()) },
};

export function later<T>(value: T): Promise<T> {
  return new Promise((resolve) => setImmediate(resolve, value));
}

/** How a callback can give its reply. */
export const WAYS: Record<string, (given: () => Reply) => Reply> = {
  'at once': (given) => given(),
  'as a promise': async (given) => later(given() as never),
  'from a generator': (given) => generate(given),
  'from an async generator': (given) => generateLater(given),
};

function* generate(given: () => Reply): Generator<Reply> {
  yield given();
}

async function* generateLater(given: () => Reply): AsyncGenerator<Reply> {
  yield await later(undefined);
  yield given() as never;
}
