import 'reflect-metadata';
import { chat } from './chat/sample.js';
import { hello } from './hello/sample.js';
import { prices } from './prices/sample.js';
import { run } from './shared/run.js';

/** All samples on one port, with an index page at `/`. */
await run([hello, chat, prices]);
