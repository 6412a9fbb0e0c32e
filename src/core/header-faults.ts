import { describe } from './errors.js';
import { HTTP_TOKEN } from './http-token.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there (RFC 9110, section 5.5).
const FORBIDDEN = /[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/;

/** What is wrong with headers that are to be sent, a sentence; `undefined` if nothing is. No value reaches the wire with a line break in it. */
export function headersFault(headers: unknown): string | undefined {
  if (headers === undefined) return undefined;
  if (typeof headers !== 'object' || headers === null || Symbol.iterator in headers)
    return `Headers are an object of strings, got ${describe(headers)}. Of a Headers or a Map: Object.fromEntries(headers).`;
  for (const [name, value] of Object.entries(headers)) {
    const fault = headerFault(name, value);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** The same of one header. */
export function headerFault(name: string, value: unknown): string | undefined {
  const quoted = JSON.stringify(name);
  if (!HTTP_TOKEN.test(name)) return `HTTP allows no header with the name ${quoted}.`;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const one of values) {
    if (typeof one !== 'string') return `The header ${quoted} must be a string or a list of them, got ${describe(one)}.`;
    if (FORBIDDEN.test(one))
      return `The header ${quoted} has a character that HTTP does not allow in it: ${JSON.stringify(one)}.`;
  }
  return undefined;
}
