import { describe, VaqueroError } from './errors.js';
import { headersFault } from './header-faults.js';
import { type Check, must, optionFaults } from './option-checks.js';

/** Headers of a response: one value, or one line each. */
export type HeaderValues = Readonly<Record<string, string | readonly string[]>>;

/** What `accept` can add to the response that completes the upgrade. */
export interface AcceptOptions {
  /** More headers for the 101 response, cookies for example. */
  readonly headers?: HeaderValues;
  /** The sub-protocol, in place of the one that would be chosen; it must be one that the client offers. */
  readonly subprotocol?: string;
}

/** What `reject` can say besides the status. */
export interface RejectOptions {
  /** More headers for the response. */
  readonly headers?: HeaderValues;
  /** Plain text, unless a `content-type` header says otherwise. */
  readonly body?: string;
}

/** Completes the upgrade; made by {@link accept}. */
export class Accept {
  constructor(readonly options: AcceptOptions) {}
}

/** Refuses the upgrade; made by {@link reject}. */
export class Reject {
  constructor(
    readonly status: number,
    readonly options: RejectOptions,
  ) {}
}

/** What `@OnUpgrade` may answer; nothing is `accept()`. */
// biome-ignore lint/suspicious/noConfusingVoidType: a callback without a return statement accepts.
export type UpgradeAnswer = void | undefined | Accept | Reject | PromiseLike<void | undefined | Accept | Reject>;

/** Completes the upgrade, with more headers or a chosen sub-protocol. Throws `VAQUERO_INVALID_UPGRADE_ANSWER` for other options, and for headers HTTP does not allow. */
export function accept(options: AcceptOptions = {}): Accept {
  checkOptions('accept()', options, ACCEPT_CHECKS);
  return new Accept(options);
}

/**
 * Refuses the upgrade with an HTTP response. Throws `VAQUERO_INVALID_UPGRADE_ANSWER` for a status that refuses nothing, for other options, and for
 * headers HTTP does not allow.
 *
 * @param status - 300 to 599
 */
export function reject(status: number, options: RejectOptions = {}): Reject {
  if (!Number.isInteger(status) || status < 300 || status > 599) {
    throw new VaqueroError('VAQUERO_INVALID_UPGRADE_ANSWER', `reject() takes a status of 300 to 599, got ${describe(status)}.`);
  }
  checkOptions(`reject(${status})`, options, REJECT_CHECKS);
  return new Reject(status, options);
}

/**
 * What an `@OnUpgrade` answered, checked; throws `VAQUERO_INVALID_UPGRADE_ANSWER` for anything else.
 *
 * @param offered - the sub-protocols of the client
 */
export function toAnswer(answered: unknown, replier: string, offered: readonly string[]): Accept | Reject {
  if (answered === undefined) return ACCEPT;
  if (answered instanceof Reject) return answered;
  if (answered instanceof Accept) return checkOffered(answered, replier, offered);
  throw new VaqueroError(
    'VAQUERO_INVALID_UPGRADE_ANSWER',
    `${replier} answered ${describe(answered)}. @OnUpgrade answers nothing or accept(…) to go on, reject(status, …) to refuse; for true write ` +
      'accept(), for false reject(403).',
  );
}

/** RFC 6455, section 4.2.2 allows only what was offered; a browser would fail the connection. */
function checkOffered(answer: Accept, replier: string, offered: readonly string[]): Accept {
  const { subprotocol } = answer.options;
  if (subprotocol === undefined || offered.includes(subprotocol)) return answer;
  throw new VaqueroError(
    'VAQUERO_INVALID_UPGRADE_ANSWER',
    `${replier} accepted with the sub-protocol '${subprotocol}', but the client offers ${offered.join(', ') || 'none'}. Choose one of ` +
      'request.subprotocols.',
  );
}

/** The answer of a handler that does not ask. */
export const ACCEPT = new Accept({});

const ACCEPT_CHECKS: Readonly<Record<keyof AcceptOptions, Check>> = {
  subprotocol: must('a string', (v) => typeof v === 'string'),
  headers: () => undefined,
};

const REJECT_CHECKS: Readonly<Record<keyof RejectOptions, Check>> = {
  body: must('a string', (v) => typeof v === 'string'),
  headers: () => undefined,
};

function checkOptions(maker: string, options: AcceptOptions | RejectOptions, checks: Readonly<Record<string, Check>>): void {
  const faults = optionFaults(options, checks);
  const fault = faults.length > 0 ? `${faults.join('; ')}.` : headersFault(options.headers);
  if (fault === undefined) return;
  const advice = typeof options === 'string' ? ` A text is one of its options: ${Object.keys(checks).join(', ')}.` : '';
  throw new VaqueroError('VAQUERO_INVALID_UPGRADE_ANSWER', `${maker}: ${fault}${advice}`);
}
