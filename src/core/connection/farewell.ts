import type { TerminateReason } from '../close.js';
import { toError } from '../errors.js';
import type { Made } from '../injector.js';
import { isThenable } from '../interpreter.js';
import type { ErrorStage } from '../logging.js';
import type { Plan } from '../plan.js';
import type { Runtime } from '../runtime.js';
import type { Connection } from './connection.js';

/**
 * Runs `@OnTerminate`, then disposes what was made for the connection; a failure of the one is reported and does not stop the other. A
 * promise, which does not reject, only where one of them answers one.
 */
export function farewell(
  plan: Plan,
  made: Made,
  reason: TerminateReason,
  connection: Connection,
  runtime: Runtime,
): Promise<unknown> | undefined {
  const { terminate } = plan;
  const { handler } = made;
  const ran =
    terminate === null || handler === null
      ? undefined
      : attempt('terminate', () => terminate.fn.call(handler, reason, connection));
  return ran === undefined ? dispose() : ran.then(dispose);

  function dispose(): Promise<unknown> | undefined {
    return made.dispose === null ? undefined : attempt('dispose', made.dispose);
  }

  function attempt(stage: ErrorStage, cleanUp: () => unknown): Promise<unknown> | undefined {
    const failed = (thrown: unknown) => runtime.report(toError(thrown, `${plan.name} (${stage})`), { stage, handler: plan.name });
    try {
      const result = cleanUp();
      return isThenable(result) ? Promise.resolve(result).catch(failed) : undefined;
    } catch (thrown) {
      failed(thrown);
      return undefined;
    }
  }
}
