import type { Awaitable, Reply } from '../core/commands.js';
import type { Connection } from '../core/connection/connection.js';
import { type CallbackDecorator, callback } from './callback.js';

/** Called with each text message, whole and decoded, as Cowboy's `websocket_handle({text, …})`; what it returns is the reply. */
export const OnText: () => CallbackDecorator<(message: string, connection: Connection<never>) => Awaitable<Reply>> = callback(
  'OnText',
  'text',
);
