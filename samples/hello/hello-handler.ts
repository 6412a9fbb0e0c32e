import { Connection, OnInfo, OnInit, OnTerminate, OnText, type TerminateReason, Timeout, WebSocketHandler } from 'vaquero';

/** The handler of Cowboy's guide, line for line: it greets, keeps asking, and echoes text. */
@WebSocketHandler('/hello')
export class HelloHandler {
  constructor(private readonly connection: Connection) {}

  @OnInit() init() {
    this.connection.startTimer(1000, 'Hello!');
  }

  @OnText() echo(message: string) {
    return `That's what she said! ${message}`;
  }

  @OnInfo() tick({ message }: Timeout<string>) {
    this.connection.startTimer(1000, "How' you doin'?");
    return message;
  }

  @OnTerminate() terminate(reason: TerminateReason) {
    console.log('hello: a connection has ended:', reason.type);
  }
}
