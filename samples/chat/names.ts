const ROOM = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,39}$/u;

/** Whether a room may be called this: 1 to 40 letters, digits, dots, dashes and underscores, and not beginning with a mark. */
export function isRoomName(name: string): boolean {
  return ROOM.test(name);
}

const NAME_LENGTH = 30;
const NAMELESS = 'Stranger';

/** A name as people can read it: no control characters, no runs of spaces, not too long. */
export function cleanName(name: string | null | undefined): string {
  const readable = (name ?? '').replace(/[\p{C}\s]+/gu, ' ').trim();
  return [...readable].slice(0, NAME_LENGTH).join('').trim() || NAMELESS;
}
