/** An element with properties and children; strings become text, never markup. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Replaces what the page shows below its header. */
export function show(...content) {
  document.getElementById('main').replaceChildren(...content);
}

/** Where the state of the connection is shown. */
export function statusLine() {
  return document.getElementById('status');
}
