import { types } from 'node:util';

/**
 * Every error code of vaquero, with the one sentence that explains it. `docs/errors.md` is held to this list by a test.
 */
export const ERROR_CODES = {
  VAQUERO_INVALID_HANDLER: 'A handler class has faults; the message lists all of them.',
  VAQUERO_INVALID_DECORATOR: 'A decorator was put on something that it does not describe.',
  VAQUERO_STANDARD_DECORATORS: 'A decorator was compiled as a standard one; the compiler must be told to make legacy ones.',
  VAQUERO_DUPLICATE_PATH: 'Two handlers of one server match the same paths.',
  VAQUERO_DUPLICATE_INFO_NAME: 'Two classes carry the same `@Info` name.',
  VAQUERO_INVALID_OPTION: 'An option has a value outside its range.',
  VAQUERO_DISCOVER_FAILED: '`discover` could not read a folder or import a module below it.',
  VAQUERO_BUS_CONFLICT: 'A server was given a bus other than the one that its container or its services have.',
  VAQUERO_LISTEN_FAILED: 'The HTTP server could not listen, for example because the port is in use.',
  VAQUERO_INJECTION_FAILED: 'The container could not make a handler or one of its dependencies.',
  VAQUERO_INVALID_REPLY: 'A callback replied with something that is no reply.',
  VAQUERO_INVALID_FRAME: 'A frame was made from a payload, code or reason that RFC 6455 does not allow.',
  VAQUERO_INVALID_UPGRADE_ANSWER: 'An `@OnUpgrade` callback answered with something other than `accept` or `reject`.',
  VAQUERO_INVALID_TOPIC: 'A topic is not a non-empty string.',
  VAQUERO_INVALID_REF: 'A ref is not one that `connection.ref` gave.',
  VAQUERO_INVALID_TIMER: 'A timer was given a delay that is not a number of milliseconds from 0 on.',
  VAQUERO_LIMIT_EXCEEDED:
    'A connection asked for more subscriptions, presences, monitors or timers, or a bus for more requests, than its options allow.',
  VAQUERO_NOT_OPEN: 'Something was sent before the upgrade was complete.',
  VAQUERO_NO_CONNECTION: 'A request was sent to a connection that does not exist, or that ended before it answered.',
  VAQUERO_REQUEST_TIMEOUT: 'A request was not answered in time.',
  VAQUERO_REQUEST_CRASHED: 'A connection crashed while it handled a request.',
  VAQUERO_REQUEST_UNANSWERED: 'A connection handled a request and did not answer it.',
  VAQUERO_REQUEST_REFUSED: 'A request found the mailbox full.',
  VAQUERO_BUS_UNAVAILABLE: 'The broker cannot be reached, or does not answer.',
  VAQUERO_BUS_DENIED: 'The broker refused the credentials, or what the bus needs to do with it.',
  VAQUERO_BUS_UNSUPPORTED: 'The broker is too old, or lacks something that the bus needs.',
  VAQUERO_BUS_CLIENT_MISSING: 'The package that speaks to the broker is not installed.',
  VAQUERO_BUS_LOST: 'The connection to the broker was lost; it is sought again.',
  VAQUERO_BUS_CLOSED: 'A bus was used after it was closed.',
  VAQUERO_BUS_OVERFLOW: 'More messages for other nodes waited for the broker than the buffer holds.',
  VAQUERO_INFO_NOT_PORTABLE: 'An info holds something that cannot travel to another node.',
  VAQUERO_INFO_TOO_LARGE: 'An info is larger than the broker takes.',
  VAQUERO_MESSAGE_REFUSED: 'A message came from the broker that cannot be understood here.',
  VAQUERO_UPGRADE_REFUSED: '`mount` asked for an upgrade that was refused; the error has the response.',
  VAQUERO_WAIT_TIMEOUT: 'What a test waits for did not come in time.',
  VAQUERO_NO_FRAME: 'A test waits for a frame from a connection that has ended.',
  VAQUERO_NON_ERROR_THROWN: 'A callback threw a value that is no Error; the value is the cause.',
} as const;

/** The codes that a {@link VaqueroError} can carry. */
export type VaqueroErrorCode = keyof typeof ERROR_CODES;

const BRAND = Symbol.for('vaquero.error');

/** An error of vaquero's own: a message that says what to do, a stable `code`, and the `cause` where there is one. */
export class VaqueroError extends Error {
  /** The stable name of what went wrong; messages may change, codes do not. */
  readonly code: VaqueroErrorCode;
  /** @internal Recognition survives two copies of the package in one process. */
  readonly [BRAND] = true;

  constructor(code: VaqueroErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'VaqueroError';
    this.code = code;
  }

  /** Tells whether a value is a VaqueroError, and of this code if one is given. */
  static is(value: unknown, code?: VaqueroErrorCode): value is VaqueroError {
    return value instanceof Error && BRAND in value && (code === undefined || (value as VaqueroError).code === code);
  }
}

/** Whether a value is an Error, be it of another realm, as Node's own are to code that a test runner loads. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** A thrown value as an Error: itself, or wrapped with the value as its cause. */
export function toError(thrown: unknown, where: string): Error {
  if (isError(thrown)) return thrown;
  return new VaqueroError(
    'VAQUERO_NON_ERROR_THROWN',
    `${where} threw ${describe(thrown)}. Throw an Error, so that there is a stack to read.`,
    { cause: thrown },
  );
}

/** Names a value for an error message: what it is, never more of its content than fits a line. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  if (typeof value === 'function') return value.name ? `the function ${value.name}` : 'a function';
  if (typeof value !== 'object') return `the ${typeof value} ${String(value)}`;
  const name = nameOf(value);
  return name === 'Object' ? `a plain object with keys [${Object.keys(value).slice(0, 8).join(', ')}]` : `an instance of ${name}`;
}

/** What an object is called by its class, whatever its fields are called; a generator, which has none, by its tag. */
function nameOf(value: object): string {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype?.constructor?.name || Object.prototype.toString.call(value).slice('[object '.length, -1);
}
