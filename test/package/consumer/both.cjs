// Prints what require and import give of one entry of the package: the names of each, and the names of what differs.
const entry = process.argv[2];
const required = require(entry);

import(entry).then((imported) => {
  const names = (module) => Object.keys(module).sort();
  const different = names(imported).filter((name) => required[name] !== imported[name]);
  console.log(JSON.stringify({ required: names(required), imported: names(imported), different }));
});
