import { Composer } from '/static/chat/composer.js';
import { byId, nameOf } from '/static/chat/dom.js';
import { Drawer } from '/static/chat/drawer.js';
import { askName, rememberedName } from '/static/chat/join.js';
import { Log } from '/static/chat/log.js';
import { People } from '/static/chat/people.js';
import { onGo, pathOf, roomInAddress, showRooms } from '/static/chat/rooms.js';
import { connect, showState, socketUrl } from '/static/shared/socket.js';

const log = new Log();
const people = new People();
const composer = new Composer((message) => socket?.send(JSON.stringify(message)) ?? false);
const drawer = new Drawer();

let wanted = rememberedName();
let room = '';
/** What the room calls us; nothing until it has welcomed us. */
let me = '';
let socket = null;
/** Lines that came while nobody looked at the page. */
let unseen = 0;

/** Leaves the room that one is in, and comes into another. */
function enter(next) {
  socket?.close();
  socket = null;
  room = next;
  me = '';
  log.clear();
  people.reset([], [], me);
  composer.enter(room);
  showRooms(room);
  byId('room').textContent = `#${room}`;
  byId('me').replaceChildren(nameOf(wanted));
  byId('node').textContent = '';
  drawer.close();
  seen();
  focus();
  let opened = null;
  // What the socket that was closed still says belongs to the other room.
  const ifCurrent = (then) => (value) => opened === socket && then(value);
  const address = `${pathOf(room)}?name=${encodeURIComponent(wanted)}`;
  opened = socket = connect(() => socketUrl(address), {
    onMessage: ifCurrent((data) => hear(JSON.parse(data))),
    onState: ifCurrent(showConnection),
  });
}

function hear(message) {
  switch (message.type) {
    case 'welcome':
      return welcome(message);
    case 'said':
      return said(message);
    case 'joined':
      people.add(message.name, message.node);
      // That one has come oneself is no news.
      if (message.name !== me) log.event(message.at, nameOf(message.name), ' joined');
      return;
    case 'left':
      people.remove(message.name);
      return log.event(message.at, nameOf(message.name), ' left');
    case 'typing':
      return people.startTyping(message.name);
    case 'renamed':
      return renamed(message.name);
    case 'refused':
      return composer.refused(message.reason);
  }
}

/** Comes first, and again after each reconnection; then it also tells which of one's own lines had arrived before the connection was lost. */
function welcome({ name, names, node, nodes, lines }) {
  const mine = [me, name];
  for (const line of lines) if (!log.has(line) && mine.includes(line.name)) composer.heard(line.text);
  log.history(lines, name);
  people.reset(names, nodes ?? [], name);
  renamed(name);
  byId('node').textContent = node === undefined ? '' : ` on ${node}`;
  composer.connected(true);
  composer.restoreLost();
}

/** Also comes when somebody took the same name at the same time, and keeps it. */
function renamed(name) {
  me = name;
  people.callMe(me);
  byId('me').replaceChildren(nameOf(me));
}

function said(line) {
  const own = line.name === me;
  people.stopTyping(line.name);
  if (own) composer.heard(line.text);
  if (!log.line(line, own) || own || looking()) return;
  unseen++;
  showTitle();
}

function showConnection(state) {
  showState(byId('status'), state);
  // An open connection counts from the welcome on.
  if (state !== 'open') composer.connected(false);
}

function looking() {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function seen() {
  unseen = 0;
  showTitle();
}

function showTitle() {
  document.title = `${unseen > 0 ? `(${unseen}) ` : ''}#${room} · vaquero`;
}

/** On a touch screen the keyboard would cover half of what one came to read. */
function focus() {
  if (matchMedia('(hover: hover)').matches) composer.focus();
}

async function rename() {
  const name = await askName(wanted);
  if (name === '' || name === wanted) return;
  wanted = name;
  enter(room);
}

async function start() {
  while (wanted === '') wanted = await askName();
  // `/chat` is the lobby, and an address that names no room too.
  const first = roomInAddress();
  history.replaceState(null, '', pathOf(first));
  enter(first);
  addEventListener('popstate', () => enter(roomInAddress()));
  addEventListener('focus', seen);
  byId('rename').addEventListener('click', rename);
  onGo((next) => {
    if (next === room) return drawer.close();
    history.pushState(null, '', pathOf(next));
    enter(next);
  });
}

void start();
