// vaquero on many nodes: the handlers of one, and a bus with a broker.
import { NatsBus } from '../../dist/buses/nats/index.js';
import { RedisBus } from '../../dist/buses/redis/index.js';
import { serve } from '../../dist/index.js';
import { HOST, type Program } from './program.js';
import { HANDLERS } from './vaquero.js';

export async function start(program: Program, broker: string): Promise<number> {
  const bus = broker.startsWith('redis:') ? new RedisBus({ url: broker }) : new NatsBus({ servers: broker });
  const server = await serve({ host: HOST, port: 0, handlers: HANDLERS[program], bus });
  return Number(new URL(server.url).port);
}
