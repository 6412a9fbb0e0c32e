import 'reflect-metadata';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { attach, discover } from 'vaquero';
// __if bus__
import { bus } from './bus.js';
// __end__
import { listen } from './listen.js';
import { site } from './site.js';

const here = import.meta.dirname;

const httpServer = createServer(site(join(here, '../page')));
const server = await attach(httpServer, {
  handlers: await discover(join(here, 'handlers')),
  // __if bus__
  bus,
  // __end__
});

console.log(`Listening on ${await listen(httpServer, process.env.PORT ?? '8080')}`);

/** Takes no more connections and says goodbye to those that there are; then nothing keeps the process. */
async function shutDown() {
  httpServer.close();
  await server.close();
  httpServer.closeAllConnections();
}

process.once('SIGTERM', shutDown);
process.once('SIGINT', shutDown);
