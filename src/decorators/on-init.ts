import type { Awaitable, Reply } from '../core/commands.js';
import type { Connection } from '../core/connection/connection.js';
import { type CallbackDecorator, callback } from './callback.js';

/** Called once when the upgrade is complete, before the first frame, as Cowboy's `websocket_init/1`; what it returns is sent. */
export const OnInit: () => CallbackDecorator<(connection: Connection<never>) => Awaitable<Reply>> = callback('OnInit', 'init');
