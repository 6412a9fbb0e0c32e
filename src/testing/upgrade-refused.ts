import { VaqueroError } from '../core/errors.js';
import type { UpgradeResponse } from './response.js';

/** What `mount` rejects with when the upgrade is refused: a `VaqueroError` of code `VAQUERO_UPGRADE_REFUSED` that has the response. */
export class UpgradeRefused extends VaqueroError implements UpgradeResponse {
  readonly status: number;
  readonly headers: UpgradeResponse['headers'];
  readonly body: string;

  /** @internal Made by `mount`. */
  constructor(what: string, { status, headers, body }: UpgradeResponse, cause: Error | undefined) {
    super('VAQUERO_UPGRADE_REFUSED', `${what} was refused with ${status}: ${body}`, cause && { cause });
    this.name = 'UpgradeRefused';
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}
