// Prints what require and import give of one package: the names of each, and the names of what differs.
const required = require('vaquero');

import('vaquero').then((imported) => {
  const names = (module) => Object.keys(module).sort();
  const different = names(imported).filter((name) => required[name] !== imported[name]);
  console.log(JSON.stringify({ required: names(required), imported: names(imported), different }));
});
