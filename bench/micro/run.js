// Micro-benchmarks: `npm run micro --prefix bench`. Words of a name pick some (`-- frame encoder`); with `--sites` it also tells which
// functions allocate.
import { measure } from './harness.js';
import { internalSubjects } from './internals.js';
import { allocationSites } from './sites.js';
import { textHandlerSubjects } from './text-handler.js';

if (globalThis.gc === undefined) throw new Error('Run this with `npm run micro --prefix bench`: it needs node --expose-gc.');

const words = process.argv.slice(2);
const withSites = words.includes('--sites');
const wanted = words.filter((word) => word !== '--sites').join(' ');

/** Readings of the heap vary by a few bytes, so what allocates nothing can come out below zero. */
function line({ name, nanoseconds, bytes, promises }) {
  const allocated = Number.isNaN(bytes) ? '–' : Math.max(0, bytes).toFixed(0);
  return `| ${name} | ${nanoseconds.toFixed(0)} | ${allocated} | ${promises.toFixed(2)} |`;
}

console.log('| each message | ns | bytes allocated | promises |\n| --- | ---: | ---: | ---: |');
for (const subject of [...internalSubjects(), ...(await textHandlerSubjects())]) {
  if (!subject.name.includes(wanted)) continue;
  console.log(line(await measure(subject)));
  if (withSites)
    for (const { site, bytes } of await allocationSites(subject)) console.log(`    ${bytes.toFixed(0).padStart(5)} B  ${site}`);
}
