import {
  type HandlerClass,
  type HandlerOptions,
  OnBinary,
  OnInit,
  OnPing,
  OnPong,
  OnTerminate,
  OnText,
  type TerminateReason,
  WebSocketHandler,
} from 'vaquero';
import { Events } from './events.js';

/** What a handler under test was called with, in order. */
export type Heard =
  | { readonly kind: 'text'; readonly message: string }
  | { readonly kind: 'binary' | 'ping' | 'pong'; readonly payload: Buffer }
  | { readonly kind: 'terminate'; readonly reason: TerminateReason };

/** A handler at `/` that echoes messages, and everything that it heard. */
export function echo(options: HandlerOptions = {}): {
  handler: HandlerClass;
  heard: Events<Heard>;
  ended: Events<TerminateReason>;
} {
  const heard = new Events<Heard>();
  const ended = new Events<TerminateReason>();

  @WebSocketHandler('/', options)
  class EchoHandler {
    @OnInit() init() {}

    @OnText() text(message: string) {
      heard.push({ kind: 'text', message });
      return message;
    }

    @OnBinary() binary(payload: Buffer) {
      heard.push({ kind: 'binary', payload: Buffer.from(payload) });
      return payload;
    }

    @OnPing() ping(payload: Buffer) {
      heard.push({ kind: 'ping', payload: Buffer.from(payload) });
    }

    @OnPong() pong(payload: Buffer) {
      heard.push({ kind: 'pong', payload: Buffer.from(payload) });
    }

    @OnTerminate() terminate(reason: TerminateReason) {
      heard.push({ kind: 'terminate', reason });
      ended.push(reason);
    }
  }

  return { handler: EchoHandler, heard, ended };
}
