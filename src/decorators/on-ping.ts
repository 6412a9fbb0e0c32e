import type { Awaitable, Reply } from '../core/commands.js';
import type { Connection } from '../core/connection/connection.js';
import { type CallbackDecorator, recorder } from './callback.js';

/** Called with the payload of each ping, which the library has answered already; what it returns is sent. */
export function OnPing(): CallbackDecorator<(payload: Buffer, connection: Connection<never>) => Awaitable<Reply>> {
  return recorder('OnPing', 'ping');
}
