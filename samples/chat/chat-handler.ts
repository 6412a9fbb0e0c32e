import {
  Connection,
  json,
  OnInfo,
  OnInit,
  OnTerminate,
  OnText,
  OnUpgrade,
  reject,
  UpgradeRequest,
  WebSocketHandler,
} from 'vaquero';
import { Joined, Left, Said, Typing, topicOf } from './infos.js';
import { nameFault, roomFault, tidy } from './names.js';
import { Rooms } from './rooms.js';
import { MAX_MESSAGE, readMessage } from './wire.js';

/** One person in one room: `/chat/lobby?name=Ada`. */
@WebSocketHandler('/chat/:room', {
  maxFrameSize: MAX_MESSAGE,
  // Ten at once, then five a second: nobody types faster, and a flood waits instead of drowning the room.
  rateLimit: { messages: 5, burst: 10, policy: 'pause' },
})
export class ChatHandler {
  private readonly room: string;
  private wanted = '';
  /** What the room calls this person; nothing until they are in it. */
  private name: string | undefined;

  constructor(
    private readonly connection: Connection<{ room: string }>,
    private readonly rooms: Rooms,
  ) {
    this.room = connection.params.room;
  }

  /** A bad name is refused here, with a sentence that a terminal shows. Browsers hide it from pages, so the page checks before it asks. */
  @OnUpgrade() admit(request: UpgradeRequest) {
    this.wanted = tidy(new URLSearchParams(request.query).get('name') ?? '');
    const fault = roomFault(this.room) ?? nameFault(this.wanted);
    if (fault !== undefined) return reject(400, { body: `${fault}\n` });
  }

  /** Listens first and looks around then: what is said in between comes twice rather than never, and `at` tells. */
  @OnInit() async join() {
    await this.connection.subscribe(topicOf(this.room));
    const { name, names, lines } = this.rooms.join(this.room, this.wanted);
    this.name = name;
    return json({ type: 'welcome', name, names, lines });
  }

  @OnText() heard(message: string) {
    const request = readMessage(message);
    const name = this.name as string;
    switch (request.type) {
      case 'say':
        return this.rooms.say(this.room, name, request.text);
      case 'typing':
        return this.rooms.typing(this.room, name);
      case 'invalid':
        return json({ type: 'refused', reason: request.reason });
    }
  }

  @OnInfo() said(info: Said) {
    return json(info);
  }

  @OnInfo() joined(info: Joined) {
    return json(info);
  }

  @OnInfo() left(info: Left) {
    return json(info);
  }

  /** One knows that one is typing. */
  @OnInfo() typing(info: Typing) {
    if (info.name !== this.name) return json(info);
  }

  /** Also runs for those who were refused, and never came into the room. */
  @OnTerminate() leave() {
    if (this.name !== undefined) this.rooms.leave(this.room, this.name);
  }
}
