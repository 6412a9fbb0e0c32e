import 'reflect-metadata';
import {
  accept,
  active,
  answer,
  Bus,
  binary,
  type Connection,
  close,
  deflate,
  Info,
  json,
  latest,
  OnBinary,
  OnInfo,
  OnInit,
  OnPing,
  OnPong,
  OnTerminate,
  OnText,
  OnUpgrade,
  Presence,
  PresenceDiff,
  ping,
  type Reply,
  reject,
  setOptions,
  shutdownReason,
  stop,
  type TerminateReason,
  Timeout,
  type TimerRef,
  type UpgradeRequest,
  WebSocketHandler,
} from 'vaquero';
import { type Same, same } from './same.js';

/** What the compiler must take, and what it must not. Nothing here is run: `tsc` is the test. */

@Info('types.moved')
class Moved {
  constructor(readonly to: number) {}
}
class Other {
  readonly other = true;
}

@WebSocketHandler('/rooms/:room', {
  idleTimeout: Number.POSITIVE_INFINITY,
  mailbox: { policy: latest((info: Moved) => info.to) },
})
export class Complete {
  constructor(
    private readonly connection: Connection<{ room: string }>,
    private readonly bus: Bus,
  ) {
    same<Same<typeof connection.params.room, string>>();
    // @ts-expect-error the path has no such parameter
    connection.params.user;
    // @ts-expect-error parameters are read only
    connection.params.room = 'other';
  }

  @OnUpgrade() async admit(request: UpgradeRequest) {
    return request.headers.authorization === undefined ? reject(401, { body: 'Who are you?' }) : accept({ subprotocol: 'v1' });
  }

  @OnInit() async *init(connection: Connection) {
    await connection.subscribe('all');
    yield ['welcome', json({ at: 1 }), [ping(), [binary(new Uint8Array(1))]]];
    yield Promise.resolve(Buffer.from('x'));
  }

  @OnText() text(message: string, connection: Connection<{ room: string }>): Reply {
    same<Same<typeof connection.params.room, string>>();
    return message === '' ? null : [active(true), deflate(false), setOptions({ maxFrameSize: 5 }), shutdownReason(message)];
  }

  @OnBinary() binary(payload: Uint8Array) {
    return payload;
  }

  @OnPing() ping(payload: Buffer) {
    this.bus.publish('pings', payload.length);
  }

  @OnPong() pong() {}

  @OnInfo() tick({ message, ref }: Timeout<string>) {
    same<Same<typeof ref, TimerRef>>();
    return message.toUpperCase();
  }

  @OnInfo(Moved) moved(info: Moved, connection: Connection) {
    connection.sendAfter(5, info);
    return json(info.to);
  }

  @OnInfo('tagged') tagged(info: { readonly type: 'tagged'; readonly value: number }) {
    return String(info.value);
  }

  @OnInfo((info): info is number => typeof info === 'number') number(info: number) {
    return info.toFixed();
  }

  @OnInfo((info: Other) => info.other) other(info: Other) {
    return info.other ? stop() : close(4000, 'no');
  }

  @OnTerminate() async terminate(reason: TerminateReason) {
    if (reason.type === 'crash') throw reason.error;
    if (reason.type === 'remote') return reason.code?.toFixed();
    return this.connection.ref;
  }
}

export class Misplaced {
  // @ts-expect-error a text message is a string
  @OnText() takesNumber(message: number) {
    return String(message);
  }

  // @ts-expect-error a binary message is a Buffer
  @OnBinary() takesString(payload: string) {
    return payload;
  }

  // @ts-expect-error a ping's payload is a Buffer
  @OnPing() pingTakesString(payload: string) {
    return payload;
  }

  // @ts-expect-error a pong's payload is a Buffer
  @OnPong() pongTakesString(payload: string) {
    return payload;
  }

  // @ts-expect-error @OnTerminate takes a reason
  @OnTerminate() terminateTakesNumber(reason: number) {
    return reason;
  }

  // @ts-expect-error @OnUpgrade takes the request
  @OnUpgrade() upgradeTakesString(request: string) {
    return reject(request.length);
  }

  // @ts-expect-error a third parameter is given to nobody
  @OnText() three(message: string, _connection: Connection, third: string) {
    return message + third;
  }

  // @ts-expect-error an object is no reply: json(…) makes one of it
  @OnText() object() {
    return { plain: 'object' };
  }

  // @ts-expect-error nor is it in a promise
  @OnText() async promised() {
    return { plain: 'object' };
  }

  // @ts-expect-error nor in a list
  @OnBinary() listed() {
    return ['x', { plain: 'object' }];
  }

  // @ts-expect-error a number is no reply
  @OnInfo() number() {
    return 7;
  }

  // @ts-expect-error a boolean is no reply
  @OnInit() boolean() {
    return true;
  }

  // @ts-expect-error a string is no answer to a request
  @OnUpgrade() greets() {
    return 'hello';
  }

  // @ts-expect-error the method takes another class than the decorator
  @OnInfo(Moved) moved(info: Other) {
    return String(info.other);
  }

  // @ts-expect-error the method takes another type than the predicate
  @OnInfo((info): info is number => typeof info === 'number') predicate(info: string) {
    return info;
  }

  // @ts-expect-error neither class, tag nor predicate
  @OnInfo(7) seven() {}

  // @ts-expect-error a property is no callback
  @OnText() property = 'x';

  // @ts-expect-error a static method is nobody's callback
  @OnText() static shared(message: string) {
    return message;
  }
}

// @ts-expect-error a path must be said
@WebSocketHandler()
export class NoPath {}

// @ts-expect-error a path is a string
@WebSocketHandler(7)
export class NumberPath {}

// @ts-expect-error there is no such option
@WebSocketHandler('/x', { idleTimeuot: 5 })
export class Mistyped {}

export class OnMethod {
  // @ts-expect-error a handler is a class
  @WebSocketHandler('/x') method() {}
}

// @ts-expect-error a handler can be made
@WebSocketHandler('/x')
export abstract class Abstract {}

/** Requests, answers and presence. */
@WebSocketHandler('/asked')
export class Asked {
  constructor(
    private readonly connection: Connection,
    private readonly bus: Bus,
    private readonly presence: Presence,
  ) {}

  @OnInfo() moved(info: Moved) {
    return answer(info.to);
  }

  @OnInfo('all') async all(): Promise<Reply> {
    await this.connection.track('den', { name: 'Ada' });
    this.connection.untrack('den');
    const entries = await this.presence.list('den');
    same<Same<(typeof entries)[number]['meta'], unknown>>();
    // @ts-expect-error entries are read only
    entries.push({ ref: this.connection.ref, meta: 1 });
    const price = await this.bus.request<number>(this.connection.ref, new Moved(1), { timeout: 100 });
    same<Same<typeof price, number>>();
    const something = await this.bus.request(this.connection.ref, 1);
    same<Same<typeof something, unknown>>();
    // @ts-expect-error a ref is no ordinary string
    await this.bus.request('abc', 1);
    // @ts-expect-error milliseconds are a number
    await this.bus.request(this.connection.ref, 1, { timeout: '1s' });
    same<Same<Bus['status'], 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'closed'>>();
    return [answer(price), 'said'];
  }

  @OnInfo() came({ topic, joins, leaves }: PresenceDiff) {
    // @ts-expect-error a diff is read only
    joins.pop();
    return `${topic} ${joins.length} ${leaves.length}`;
  }
}
