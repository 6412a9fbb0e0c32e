import { byId } from '/static/chat/dom.js';
import { nameFault, tidyName } from '/static/chat/names.js';

const KEY = 'vaquero.chat.name';

/** The name that was given on an earlier visit; empty if there was none, or none that can be used. */
export function rememberedName() {
  const name = tidyName(localStorage.getItem(KEY) ?? '');
  return nameFault(name) === '' ? name : '';
}

/** Asks for a name and remembers it; empty if somebody would rather not say. */
export async function askName(current = '') {
  const dialog = byId('join');
  const field = byId('join-name');
  field.value = current;
  byId('join-cancel').hidden = current === '';
  byId('join-submit').textContent = current === '' ? 'Join the room' : 'Change';
  dialog.returnValue = '';
  dialog.showModal();
  field.select();
  await new Promise((done) => dialog.addEventListener('close', done, { once: true }));
  return dialog.returnValue === 'join' ? remember(tidyName(field.value)) : '';
}

function remember(name) {
  localStorage.setItem(KEY, name);
  return name;
}

const field = byId('join-name');
const check = () => field.setCustomValidity(nameFault(tidyName(field.value)));
field.addEventListener('input', check);
// A name may also have been put there by the page, or by the browser.
byId('join-submit').addEventListener('click', check);
