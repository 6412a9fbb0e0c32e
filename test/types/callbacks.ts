import { type Connection, OnInfo, OnInit, OnText, type Reply, WebSocketHandler } from 'vaquero';

/** How callbacks may be written, and what of them the compiler refuses. */

interface Moved {
  readonly type: string;
  readonly to: number;
}

@WebSocketHandler('/written')
export class Written {
  @OnInit() narrow(connection: Connection<{ room: string }>) {
    return connection.params.room;
  }

  @OnInfo((info) => typeof info === 'string') inferred(info: string) {
    return info;
  }

  @OnInfo((info: Moved) => info.to > 0) annotated(info: Moved) {
    return String(info.to);
  }

  /** A promise of a reply, with a path that returns nothing. */
  @OnText() async annotatedReply(message: string): Promise<Reply> {
    if (message !== '') return [message, Promise.resolve(message)];
  }
}

export class Refused {
  // @ts-expect-error @OnInit takes the connection
  @OnInit() init(message: string) {
    return message;
  }

  // @ts-expect-error the second parameter is the connection
  @OnText() text(message: string, index: number) {
    return message + index;
  }

  // @ts-expect-error a number is no reply
  @OnText() number(message: string) {
    return message.length;
  }

  // @ts-expect-error a plain object is no reply: json() makes it one
  @OnText() object(message: string) {
    return { message };
  }
}
