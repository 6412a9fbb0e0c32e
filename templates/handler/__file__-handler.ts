// __if params__
import { Connection, OnInit, OnText, WebSocketHandler } from 'vaquero';
// __end__
// __if no params__
import { OnInit, OnText, WebSocketHandler } from 'vaquero';
// __end__

/** Greets, and repeats what it is told. */
@WebSocketHandler('__path__')
export class __Class__Handler {
  // __if params__
  constructor(private readonly connection: __Connection__) {}

  // __end__
  @OnInit() greet() {
    return __greeting__;
  }

  @OnText() echo(message: string) {
    return message;
  }
}
