// Loaded before a page's program: where it asks for a port, it gets a free one, and the test is told which.
import { connect, Server } from 'node:net';

const { listen } = Server.prototype;

Server.prototype.listen = function (...given) {
  const named = typeof given[0] === 'object' && given[0] !== null;
  const wanted = Number(named ? given[0].port : given[0]);
  if (!(wanted > 0)) return listen.apply(this, given);
  this.once('listening', () => connect(process.env.VAQUERO_DOCS_PORTS).end(`${wanted} ${this.address().port}`));
  return listen.call(this, named ? { ...given[0], port: 0 } : 0, ...given.slice(1));
};
