import 'reflect-metadata';
import { Connection, OnInfo, OnInit, OnText, Timeout, WebSocketHandler } from 'vaquero';
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
    return message;
  }
}

/** A test without a runner; that it closes nothing does not keep the process. */
const room = await mount(RoomHandler, { path: '/rooms/lobby' });
await room.send('hi');
const first: ReceivedFrame = await room.next();
const timed = await mount(RoomHandler, { path: '/rooms/lobby', clock: new VirtualClock() });
const fuse = await mount(FuseHandler);
const refused = await mount(RoomHandler, { path: '/' }).catch((error: unknown) => error);
console.log(
  JSON.stringify({
    first,
    next: await room.next(),
    heard: room.handler.heard.map((message) => message.toUpperCase()),
    timed: timed.frames.length,
    awaited: await fuse.next(),
    refused: refused instanceof UpgradeRefused && refused.status,
  }),
);
