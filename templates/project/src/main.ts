import 'reflect-metadata';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { attach, discover } from 'vaquero';
// __if bus__
import { bus } from './bus.js';
// __end__
import { site } from './site.js';

const here = import.meta.dirname;

const httpServer = createServer(site(join(here, '../page')));
const server = await attach(httpServer, {
  handlers: await discover(join(here, 'handlers')),
  // __if bus__
  bus,
  // __end__
});

httpServer.listen(Number(process.env.PORT ?? 8080));
await once(httpServer, 'listening');
console.log(`Listening on http://localhost:${(httpServer.address() as AddressInfo).port}`);

/** Takes no more connections and says goodbye to those that there are; then nothing keeps the process. */
async function shutDown() {
  httpServer.close();
  await server.close();
  httpServer.closeAllConnections();
}

process.once('SIGTERM', shutDown);
process.once('SIGINT', shutDown);
