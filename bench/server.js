// Starts one peer: `node bench/server.js ws echo` prints the port. The runner talks to it over the IPC channel
// and starts it with --expose-gc, so that peers contain nothing but what their documentation shows.
import { setImmediate as turn } from 'node:timers/promises';
import { serveRequests } from './runner/channel.js';

// Finalizers of one collection free what only the next one can take away.
const COLLECTIONS = 4;

const [name, program, ...more] = process.argv.slice(2);

const began = performance.now();
const { start } = await import(`./build/${name}.js`);
const port = await start(program, ...more);
const startup = performance.now() - began;

if (process.send === undefined) console.log(`listening ${port}`);
else {
  serveRequests({
    cpu: () => process.cpuUsage(),
    async memory() {
      for (let i = 0; i < COLLECTIONS; i++) {
        globalThis.gc();
        await turn();
      }
      return process.memoryUsage();
    },
  });
  process.send({ listening: { port, startup } });
}
