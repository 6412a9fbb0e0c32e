/** An element with properties and children; strings become text, never markup. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** The element with this id. */
export function byId(id) {
  return document.getElementById(id);
}

/** A person's name, so that its direction of writing does not disturb what is around it. */
export function nameOf(name) {
  return element('bdi', {}, name);
}

/** A person's initial in a colour of their own, which is the same everywhere. */
export function avatar(name) {
  const made = element('span', { className: 'avatar', ariaHidden: 'true' }, [...name][0].toLocaleUpperCase());
  made.style.setProperty('--hue', String(hue(name)));
  return made;
}

function hue(name) {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)) % 3_600;
  return hash % 360;
}
