/** The URL that a text is, or `undefined`. Not by `URL.canParse`, which in Node 20 denies a text with letters beyond ASCII once it is compiled for speed. */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
