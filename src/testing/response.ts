/** What a request for an upgrade was answered. */
export interface UpgradeResponse {
  /** 101 where the upgrade was completed. */
  readonly status: number;
  /** Names in lower case; a header that is there several times, `set-cookie` for example, is a list. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** Empty where the upgrade was completed. */
  readonly body: string;
}

/** What parts a response's head from its body. */
const BLANK_LINE = '\r\n\r\n';

/** Reads a response from bytes: itself, and what is behind its head; `null` while the head is not whole. */
export function readResponse(bytes: Buffer): { readonly response: UpgradeResponse; readonly rest: Buffer } | null {
  const end = bytes.indexOf(BLANK_LINE);
  if (end < 0) return null;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(statusLine.split(' ')[1]);
  const rest = bytes.subarray(end + BLANK_LINE.length);
  return { response: { status, headers: readHeaders(lines), body: status === 101 ? '' : rest.toString() }, rest };
}

function readHeaders(lines: readonly string[]): UpgradeResponse['headers'] {
  const headers: Record<string, string | string[]> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}
