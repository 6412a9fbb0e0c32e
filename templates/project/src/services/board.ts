import { singleton } from 'tsyringe';
import { Bus, Info } from 'vaquero';

/** What subscribers of a room are told. The name stands for the class on the wire, where there are several nodes. */
@Info('board.posted')
export class Posted {
  constructor(
    readonly text: string,
    readonly at: string,
  ) {}
}

/** Takes posts and publishes them to their room. It knows nothing of sockets: whoever subscribed to the topic is told. */
@singleton()
export class Board {
  constructor(private readonly bus: Bus) {}

  /** The topic that a room's posts are published to. */
  topic(room: string): string {
    return `board:${room}`;
  }

  /** Publishes a text to a room, unless there is nothing in it. */
  post(room: string, text: string): void {
    const trimmed = text.trim();
    if (trimmed !== '') this.bus.publish(this.topic(room), new Posted(trimmed, new Date().toISOString()));
  }
}
