import { expect, test } from '@jest/globals';
import { VaqueroError } from 'vaquero';
import { MISTAKES, type Mistake, type Saying } from './catalogue.js';

/** What was said: an error, or a line of a log or of a process. */
type Said = Error | string;

/** Makes a mistake in as many ways as there are, and expects of each the one message that the catalogue has for it. */
export function mistake(title: Mistake, ...ways: (() => Promise<Said> | Said)[]): void {
  const { by, says, advises }: Saying = MISTAKES[title];
  test(title, async () => {
    for (const way of ways) {
      const said = await way();
      const message = typeof said === 'string' ? said : said.message;
      expect(message).toContain(says);
      expect(message).toContain(advises);
      // One mistake, one message.
      expect(message).not.toMatch(/have \d+ faults/);
      if (by.startsWith('VAQUERO_')) expect(codeOf(said)).toBe(by);
      if (by === 'warning') expect(message).toMatch(/^warn: /);
    }
  });
}

/** The code of an error, or of one that ended a process. */
function codeOf(said: Said): string | undefined {
  if (typeof said === 'string') return /code: '(VAQUERO_\w+)'/.exec(said)?.[1];
  return VaqueroError.is(said) ? said.code : undefined;
}

/** What something throws or rejects with. */
export async function failure(doing: () => unknown): Promise<Error> {
  try {
    await doing();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
