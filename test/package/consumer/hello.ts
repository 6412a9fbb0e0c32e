import 'reflect-metadata';
import { Connection, OnInfo, OnInit, OnTerminate, OnText, serve, type TerminateReason, Timeout, WebSocketHandler } from 'vaquero';

/** The README's first program, in a project of its own: it prints its URL and stops when its input ends. */
@WebSocketHandler('/hello')
class HelloHandler {
  constructor(private readonly connection: Connection) {}

  @OnInit() init() {
    this.connection.startTimer(0, 'Hello!');
  }

  @OnText() echo(message: string) {
    return `That's what she said! ${message}`;
  }

  @OnInfo() tick({ message }: Timeout<string>) {
    return message;
  }

  @OnTerminate() terminate(reason: TerminateReason) {
    console.log('gone:', reason.type);
  }
}

const server = await serve({ port: 0, handlers: [HelloHandler] });
console.log(server.url);
process.stdin.resume().once('end', () => server.close());
