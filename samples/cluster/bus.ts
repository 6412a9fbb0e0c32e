import type { Bus } from 'vaquero';

/** What the names of this application in a broker begin with. */
const PREFIX = 'vaquero-chat';

/** The bus over the broker at this address: that of its kind alone is loaded. `nodeTimeout` is in milliseconds. */
export async function busAt(url = '', nodeTimeout: number | undefined): Promise<Bus> {
  const options = { prefix: PREFIX, ...(nodeTimeout !== undefined && { nodeTimeout }) };
  switch (/^(\w+):\/\//.exec(url)?.[1]) {
    case 'redis':
    case 'rediss': {
      const { RedisBus } = await import('vaquero/redis');
      return new RedisBus({ url, ...options });
    }
    case 'nats':
    case 'tls': {
      const { NatsBus } = await import('vaquero/nats');
      return new NatsBus({ servers: url, ...options });
    }
    default:
      throw new Error('BUS must be the address of a broker: redis://localhost:6379 or nats://localhost:4222, for example.');
  }
}
