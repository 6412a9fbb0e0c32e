/** Characters that a name may have. */
export const MAX_NAME = 24;
/** Characters that a room's name may have. */
export const MAX_ROOM = 32;

/** One spelling for what looks the same: composed characters, single spaces, none at the ends. */
export function tidy(name: string): string {
  return name.normalize('NFC').replace(/\s+/g, ' ').trim();
}

/** Why a tidied name cannot be used, as a sentence for people; `undefined` if it can. */
export function nameFault(name: string): string | undefined {
  if (name === '') return 'A name is needed: connect to /chat/lobby?name=Ada.';
  if (name.length > MAX_NAME) return `A name has at most ${MAX_NAME} characters.`;
  // Control and formatting characters would let one pass for another.
  return /\p{C}/u.test(name) ? 'A name has no invisible characters.' : undefined;
}

const ROOM = /^[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}._-]*$/u;

/** Why a room cannot be called so. */
export function roomFault(room: string): string | undefined {
  if (room.length > MAX_ROOM) return `A room's name has at most ${MAX_ROOM} characters.`;
  return ROOM.test(room) ? undefined : 'A room is named with letters, digits, dots, dashes and underscores.';
}
