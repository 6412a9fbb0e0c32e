import type { UpgradeAnswer } from '../core/answers.js';
import type { Connection } from '../core/connection/connection.js';
import type { UpgradeRequest } from '../core/upgrade-request.js';
import { type CallbackDecorator, callback } from './callback.js';

/** Called with the request before the upgrade, as Cowboy's `init/2`: answers nothing or `accept(…)` to go on, `reject(status)` to refuse. */
export const OnUpgrade: () => CallbackDecorator<(request: UpgradeRequest, connection: Connection<never>) => UpgradeAnswer> =
  callback('OnUpgrade', 'upgrade');
