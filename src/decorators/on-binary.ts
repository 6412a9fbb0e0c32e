import type { Awaitable, Reply } from '../core/commands.js';
import type { Connection } from '../core/connection/connection.js';
import { type CallbackDecorator, callback } from './callback.js';

/** Called with each binary message, whole, as Cowboy's `websocket_handle({binary, …})`; what it returns is the reply. */
export const OnBinary: () => CallbackDecorator<(payload: Buffer, connection: Connection<never>) => Awaitable<Reply>> = callback(
  'OnBinary',
  'binary',
);
