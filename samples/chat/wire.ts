/** UTF-16 units that a line may have: what a text field's `maxlength` counts. */
export const MAX_TEXT = 1_000;
/** Bytes that a message may have: the longest line, with every character escaped, and what is around it. */
export const MAX_MESSAGE = 8_192;

/** What a client may say. */
export type ClientMessage =
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'typing' }
  /** Nothing that is understood; `reason` is a sentence for people. */
  | { readonly type: 'invalid'; readonly reason: string };

/** Reads a message; whatever a client sends, this does not throw. */
export function readMessage(message: string): ClientMessage {
  const value = parse(message);
  if (value?.type === 'typing') return { type: 'typing' };
  if (value?.type === 'say' && typeof value.text === 'string') return readLine(value.text);
  return invalid('A message is {"type":"say","text":"…"} or {"type":"typing"}.');
}

function readLine(untrimmed: string): ClientMessage {
  const text = untrimmed.trim();
  if (text === '') return invalid('There is nothing in this line.');
  if (text.length > MAX_TEXT) return invalid(`A line has at most ${MAX_TEXT} characters.`);
  return { type: 'say', text };
}

function parse(message: string): { readonly type?: unknown; readonly text?: unknown } | null {
  try {
    return JSON.parse(message);
  } catch {
    return null;
  }
}

function invalid(reason: string): ClientMessage {
  return { type: 'invalid', reason };
}
