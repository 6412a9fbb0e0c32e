import 'reflect-metadata';
import { OnInit, OnText, WebSocketHandler } from 'vaquero';
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

/** A test without a runner; that it closes nothing does not keep the process. */
const room = await mount(RoomHandler, { path: '/rooms/lobby' });
await room.send('hi');
const first: ReceivedFrame = await room.next();
const timed = await mount(RoomHandler, { path: '/rooms/lobby', clock: new VirtualClock() });
const refused = await mount(RoomHandler, { path: '/' }).catch((error: unknown) => error);
console.log(
  JSON.stringify({
    first,
    next: await room.next(),
    heard: room.handler.heard.map((message) => message.toUpperCase()),
    timed: timed.frames.length,
    refused: refused instanceof UpgradeRefused && refused.status,
  }),
);
