#!/usr/bin/env node
import { processIo } from './io.js';
import { run } from './program.js';

const code = await run(process.argv.slice(2), processIo());
// Once all is written, whatever the imported modules of an application have opened.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
