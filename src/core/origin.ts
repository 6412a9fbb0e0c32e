import { describe, VaqueroError } from './errors.js';
import type { Origins } from './options.js';
import type { UpgradeRequest } from './upgrade-request.js';
import { parseUrl } from './url.js';

/**
 * Whether the page that asks may connect (RFC 6455, section 10.2): browsers send cookies to any site's sockets, and CORS does not cover
 * them. A request without an origin is no browser's, and passes.
 */
export function originAllowed(origins: Origins, request: UpgradeRequest): boolean {
  const { origin } = request;
  if (origin === undefined || origins === '*') return true;
  if (origins === 'same-origin') return isSameOrigin(origin, request);
  if (typeof origins === 'function') return answered(origins(origin, request));
  return origins.some((allowed) =>
    typeof allowed === 'string' ? allowed.toLowerCase() === origin.toLowerCase() : matches(allowed, origin),
  );
}

/** A promise, which is true of everything, must not let everybody in. */
function answered(answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer;
  throw new VaqueroError(
    'VAQUERO_INVALID_OPTION',
    `The function of the option origins must answer true or false, got ${describe(answer)}. What takes time belongs in @OnUpgrade.`,
  );
}

/** A pattern with `g` or `y` remembers where it was; each origin is matched from its beginning all the same. */
function matches(pattern: RegExp, origin: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(origin);
}

/**
 * The same host and port. The scheme counts only where the socket is encrypted: behind a proxy that ends TLS, the page's is `https` and
 * the socket's is not.
 */
function isSameOrigin(origin: string, { host, scheme }: UpgradeRequest): boolean {
  const page = parseUrl(origin);
  // `null`, the origin of a sandboxed page, is the same as no other.
  if (page === undefined || page.host === '' || (scheme === 'wss' && page.protocol !== 'https:')) return false;
  return page.host === parseUrl(`${page.protocol}//${host}`)?.host;
}

/**
 * What to write in place of a listed origin that none can be equal to: browsers send scheme, host and a port that is not the scheme's own, and no path.
 * `undefined` if one can.
 */
export function originCorrection(listed: string): string | undefined {
  if (listed === 'null') return undefined;
  if (listed === '*') return "'*' in place of the list";
  if (listed === 'same-origin') return 'a function of origin and request';
  if (listed.includes('*')) return 'a pattern, such as /^https:\\/\\/[\\w-]+\\.example\\.com$/';
  const origin = serializeOrigin(listed);
  if (origin === undefined) return "an origin, such as 'https://example.com'";
  return origin.toLowerCase() === listed.toLowerCase() ? undefined : `'${origin}'`;
}

const THIS_MACHINE = /^(localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$)/i;

function serializeOrigin(listed: string): string | undefined {
  const scheme = THIS_MACHINE.test(listed) ? 'http' : 'https';
  const address = listed.includes('://') ? listed : `${scheme}://${listed}`;
  const url = parseUrl(address);
  if (url === undefined) return undefined;
  const { origin, protocol, host } = url;
  // Schemes of apps, as in `capacitor://localhost`, have no origin to the URL standard; web views send one all the same.
  return origin === 'null' ? `${protocol}//${host}` : origin;
}
