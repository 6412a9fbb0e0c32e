import { isError, toError, VaqueroError } from '../../core/errors.js';

/** JetStream's own codes: not enabled on this server, not enabled for this account. */
const NOT_ENABLED: readonly unknown[] = [10076, 10039];

/** What nats.js calls its errors. Its classes are not imported: it may not be installed, which is found out when a bus is connected. */
const UNAUTHORIZED = ['AuthorizationError', 'UserAuthenticationExpiredError'];

const TLS_CODE = /TLS|SSL|CERT|ISSUER|UNABLE_TO_VERIFY/;

/**
 * What went wrong with a server, as an error with a code that says what to do.
 * @param name - names the server
 * @param secrets - what the error must not show, whatever the server says
 */
export function failure(name: string, thrown: unknown, secrets: readonly string[]): VaqueroError {
  if (VaqueroError.is(thrown)) return thrown;
  const cause = without(secrets, toError(thrown, name));
  const denied = deniedBy(cause);
  if (denied !== undefined) return new VaqueroError('VAQUERO_BUS_DENIED', `${name} ${denied}`, { cause });
  if (lacksJetStream(cause)) {
    return new VaqueroError(
      'VAQUERO_BUS_UNSUPPORTED',
      `${name} has no JetStream: start nats-server with -js, or enable jetstream in its configuration and for the account.`,
      { cause },
    );
  }
  const hint = TLS_CODE.test(String(codeOf(cause)))
    ? ' Give the authority of its certificate with tls: { caFile }, and the host as the certificate has it.'
    : '';
  const why = cause.name === 'TimeoutError' ? 'no answer in time' : cause.message;
  return new VaqueroError('VAQUERO_BUS_UNAVAILABLE', `${name} cannot be used: ${why}.${hint}`, { cause });
}

function deniedBy(error: Error): string | undefined {
  if (UNAUTHORIZED.includes(error.name)) {
    return `refuses the credentials (${error.message}). Correct user and pass, token or authenticator.`;
  }
  const violation = error.name === 'RequestError' ? error.cause : error;
  if (!isError(violation) || violation.name !== 'PermissionViolationError') return undefined;
  return `does not permit what the bus needs (${violation.message}). Grant the subject.`;
}

function lacksJetStream(error: Error): boolean {
  return error.name === 'JetStreamNotEnabled' || NOT_ENABLED.includes(codeOf(error));
}

function without(secrets: readonly string[], error: Error): Error {
  for (const secret of secrets) {
    error.message = error.message.replaceAll(secret, '***');
    if (error.stack !== undefined) error.stack = error.stack.replaceAll(secret, '***');
    if (isError(error.cause)) without([secret], error.cause);
  }
  return error;
}

function codeOf(error: Error): unknown {
  return (error as Error & { code?: unknown }).code;
}
