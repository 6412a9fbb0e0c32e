/** A name as one token of a subject: dots part tokens, and slashes, which names do not have, stand for them. */
export function toSubjectToken(name: string): string {
  return name.replaceAll('.', '/');
}

/** The name of a token. */
export function fromSubjectToken(token: string): string {
  return token.replaceAll('/', '.');
}
