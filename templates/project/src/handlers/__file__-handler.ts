import { Connection, json, OnInfo, OnInit, OnText, WebSocketHandler } from 'vaquero';
import { Board, Posted } from '../services/board.js';

/** What one connection posts, all connections of the room are shown. */
@WebSocketHandler('__path__', { maxFrameSize: 4_096 })
export class __Class__Handler {
  constructor(
    private readonly connection: __Connection__,
    private readonly board: Board,
  ) {}

  @OnInit() async join() {
    await this.connection.subscribe(this.board.topic(this.room));
  }

  @OnText() post(text: string) {
    this.board.post(this.room, text);
  }

  @OnInfo() posted(post: Posted) {
    return json(post);
  }

  private get room() {
    return __room__;
  }
}
