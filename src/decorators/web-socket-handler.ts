import { VaqueroError } from '../core/errors.js';
import { handlerRecord, recordHandler } from '../core/metadata.js';
import type { HandlerOptions } from '../core/options.js';
import type { HandlerClass } from '../core/plan.js';
import { placeOf, refuseGiven, refuseStandard } from './misuse.js';

/**
 * Makes a class the handler of the WebSocket connections to a path: each connection gets an instance of its own, made by the container.
 * Faults of path, options and callbacks are reported together at start-up (`VAQUERO_INVALID_HANDLER`). Throws
 * `VAQUERO_INVALID_DECORATOR` for a class that has a path already.
 *
 * @param path - starts with `/`; `:name` matches a segment, `*` the rest
 */
export function WebSocketHandler(path: string, options: HandlerOptions = {}): (target: HandlerClass) => void {
  if (typeof path === 'function') refuseGiven('WebSocketHandler', [path], 'a path', "@WebSocketHandler('/path')");
  return (target: HandlerClass, key?: unknown, descriptor?: unknown) => {
    refuseStandard('WebSocketHandler', key);
    if (typeof target !== 'function' || key !== undefined || descriptor !== undefined) {
      throw new VaqueroError(
        'VAQUERO_INVALID_DECORATOR',
        `@WebSocketHandler must be on a class, and ${placeOf(target, key, descriptor)}.`,
      );
    }
    refuseSecond(target, path);
    recordHandler(target, { path, options });
  };
}

function refuseSecond(target: HandlerClass, path: string): void {
  const first = handlerRecord(target);
  if (first === undefined) return;
  throw new VaqueroError(
    'VAQUERO_INVALID_DECORATOR',
    `${target.name} has two @WebSocketHandler, with '${first.path}' and '${path}': a class has one path. Give the other one to a class of its own: ` +
      `@WebSocketHandler('${path}') class Other extends ${target.name} {}.`,
  );
}
