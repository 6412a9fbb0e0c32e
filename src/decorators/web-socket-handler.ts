import { describe, VaqueroError } from '../core/errors.js';
import { recordHandler } from '../core/metadata.js';
import type { HandlerOptions } from '../core/options.js';
import type { HandlerClass } from '../core/plan.js';
import { refuseBare, refuseStandard } from './misuse.js';

/**
 * Makes a class the handler of the WebSocket connections to a path: each connection gets an instance of its own, made by the container.
 * Faults of path, options and callbacks are reported together at start-up (`VAQUERO_INVALID_HANDLER`).
 *
 * @param path - starts with `/`; `:name` matches a segment, `*` the rest
 */
export function WebSocketHandler(path: string, options: HandlerOptions = {}): (target: HandlerClass) => void {
  if (typeof path === 'function') refuseBare('WebSocketHandler', [path, options], "@WebSocketHandler('/path')");
  return (target: HandlerClass, context?: unknown) => {
    refuseStandard('WebSocketHandler', context);
    if (typeof target !== 'function') {
      throw new VaqueroError(
        'VAQUERO_INVALID_DECORATOR',
        `@WebSocketHandler must be on a class, and this is ${describe(target)}.`,
      );
    }
    recordHandler(target, { path, options });
  };
}
