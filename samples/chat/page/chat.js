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
/** What the room calls us. */
let me = '';
let socket = null;
/** Lines that came while nobody looked at the page. */
let unseen = 0;

/** Leaves the room that one is in, and comes into another. */
function enter(next) {
  socket?.close();
  room = next;
  me = '';
  log.clear();
  people.reset([], me);
  composer.enter(room);
  showRooms(room);
  byId('room').textContent = `#${room}`;
  byId('me').replaceChildren(nameOf(wanted));
  drawer.close();
  seen();
  // What the socket that was closed still says belongs to the other room.
  const ifCurrent = (then) => (value) => opened === socket && then(value);
  let opened = null;
  const address = `${pathOf(room)}?name=${encodeURIComponent(wanted)}`;
  opened = socket = connect(() => socketUrl(address), {
    onMessage: ifCurrent((data) => hear(JSON.parse(data))),
    onState: ifCurrent(showConnection),
  });
}
