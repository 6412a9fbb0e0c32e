import { byId, element } from '/static/chat/dom.js';
import { roomFault, tidyRoom } from '/static/chat/names.js';

const KEY = 'vaquero.chat.rooms';
const KEPT = 6;
const LOBBY = 'lobby';

/** The room that the address names. */
export function roomInAddress() {
  const [, , encoded = ''] = location.pathname.split('/');
  let room = '';
  try {
    room = tidyRoom(decodeURIComponent(encoded));
  } catch {
    // Not decodable, so it names no room.
  }
  return roomFault(room) === '' ? room : LOBBY;
}

/** The address of a room: its page, and its socket too. */
export function pathOf(room) {
  return `/chat/${encodeURIComponent(room)}`;
}

/** Lists the rooms that were visited last, the current one among them, and remembers it. */
export function showRooms(current) {
  const rooms = [current, ...remembered().filter((room) => room !== current)].slice(0, KEPT);
  localStorage.setItem(KEY, JSON.stringify(rooms));
  if (!rooms.includes(LOBBY)) rooms.push(LOBBY);
  byId('rooms').replaceChildren(...rooms.sort().map((room) => entry(room, room === current)));
}

/** Tells when somebody wants to go to another room. */
export function onGo(go) {
  byId('rooms').addEventListener('click', (event) => {
    const link = event.target.closest('a');
    // A new tab or window is the browser's business.
    if (link === null || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(link.dataset.room);
  });
  const field = byId('go-room');
  field.addEventListener('input', () => field.setCustomValidity(roomFault(tidyRoom(field.value))));
  byId('go').addEventListener('submit', (event) => {
    event.preventDefault();
    go(tidyRoom(field.value));
    field.value = '';
  });
}

function entry(room, here) {
  const link = element('a', { href: pathOf(room) }, room);
  link.dataset.room = room;
  if (here) link.ariaCurrent = 'page';
  return element('li', {}, link);
}

function remembered() {
  try {
    const rooms = JSON.parse(localStorage.getItem(KEY));
    return rooms.filter((room) => typeof room === 'string' && roomFault(room) === '');
  } catch {
    return [];
  }
}
