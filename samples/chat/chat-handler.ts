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
import { Joined, Left, Renamed, Said } from './infos.js';
import { cleanName, isRoomName } from './names.js';
import { Rooms, type Seat, topicOf } from './rooms.js';

/**
 * One visitor of one room: `/chat/lobby?name=Ann`. Each text frame is something said, but `/name Bea`, which changes the name; what comes
 * back is JSON, and its `type` tells what happened.
 */
@WebSocketHandler('/chat/:room', { maxFrameSize: 8_192, rateLimit: { messages: 10, per: 5_000, policy: 'pause' } })
export class ChatHandler {
  #seat: Seat | null = null;

  constructor(
    private readonly connection: Connection<{ room: string }>,
    private readonly rooms: Rooms,
  ) {}

  @OnUpgrade() admit(request: UpgradeRequest) {
    if (isRoomName(request.params.room ?? '')) return;
    return reject(400, { body: 'A room has a name of 1 to 40 letters, digits, dots, dashes or underscores.\n' });
  }

  @OnInit() async join() {
    const { room } = this.connection.params;
    const query = new URLSearchParams(this.connection.request.query);
    await this.connection.subscribe(topicOf(room));
    const seat = this.rooms.join(room, cleanName(query.get('name')));
    this.#seat = seat;
    return json({ type: 'welcome', room, you: seat.person.id, people: seat.people, history: seat.history });
  }

  @OnText() hear(text: string) {
    const [, name] = /^\/name\s+(.*)$/su.exec(text) ?? [];
    if (name !== undefined) this.#seat?.rename(cleanName(name));
    else if (text.trim() !== '') this.#seat?.say(text.trim());
  }

  @OnInfo() joined(info: Joined) {
    return json({ type: 'joined', ...info });
  }

  @OnInfo() renamed(info: Renamed) {
    return json({ type: 'renamed', ...info });
  }

  @OnInfo() said(info: Said) {
    return json({ type: 'said', ...info });
  }

  @OnInfo() left(info: Left) {
    return json({ type: 'left', ...info });
  }

  @OnTerminate() leave() {
    this.#seat?.leave();
  }
}
