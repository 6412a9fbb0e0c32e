// A refused connection does not tell a page why, so these are the server's rules once more.

/** A name as the server will read it. */
export function tidyName(name) {
  return name.normalize('NFC').replace(/\s+/g, ' ').trim();
}

/** What is wrong with a tidied name; empty if nothing is, as `setCustomValidity` takes it. */
export function nameFault(name) {
  if (name === '') return 'Please give a name.';
  if (name.length > 24) return 'A name has at most 24 characters.';
  return /\p{C}/u.test(name) ? 'A name has no invisible characters.' : '';
}

/** A room's name as a path can say it: `The Den` and `the-den` are one room. */
export function tidyRoom(room) {
  return tidyName(room).toLowerCase().replace(/^#/, '').replaceAll(' ', '-');
}

/** What is wrong with a tidied room's name. */
export function roomFault(room) {
  return room.length <= 32 && /^[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}._-]*$/u.test(room)
    ? ''
    : 'A room is named with letters, digits, dots, dashes and underscores.';
}
