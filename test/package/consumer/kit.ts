import 'reflect-metadata';
import { Connection, close, OnInfo, OnInit, OnText, OnUpgrade, Timeout, WebSocketHandler } from 'vaquero';
import { mount, type ReceivedFrame, UpgradeRefused, VirtualClock } from 'vaquero/testing';

@WebSocketHandler('/rooms/:room')
class RoomHandler {
  readonly heard: string[] = [];

  @OnInit() init() {
    return 'welcome';
  }

  @OnText() text(message: string) {
    this.heard.push(message);
    return message;
  }
}

@WebSocketHandler('/fuse')
class FuseHandler {
  @OnInit() light(connection: Connection) {
    connection.startTimer(10, 'bang');
  }

  @OnInfo() burnt({ message }: Timeout<string>) {
    return [message, close(4000)];
  }
}

@WebSocketHandler('/undecided')
class UndecidedHandler {
  @OnUpgrade() think() {
    return new Promise<void>(() => undefined);
  }
}

/** A test without a runner; that it closes nothing, and listens and waits unawaited, does not keep the process. */
const room = await mount(RoomHandler, { path: '/rooms/lobby' });
await room.send('hi');
const first: ReceivedFrame = await room.next();
const timed = await mount(RoomHandler, { path: '/rooms/lobby', clock: new VirtualClock() });
const fuse = await mount(FuseHandler);
const closed = await (await mount(FuseHandler)).closed;
void room.closed.then(() => console.log('closed'));
const statusOf = (error: unknown) => error instanceof UpgradeRefused && error.status;
const refused = await mount(RoomHandler, { path: '/' }).catch(statusOf);
const late = await mount(UndecidedHandler, { handshakeTimeout: 10 }).catch(statusOf);
console.log(
  JSON.stringify({
    first,
    next: await room.next(),
    heard: room.handler.heard.map((message) => message.toUpperCase()),
    timed: timed.frames.length,
    awaited: await fuse.next(),
    closed,
    refused,
    late,
  }),
);
void room.next();
