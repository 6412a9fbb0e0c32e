import { RedisBus } from 'vaquero/redis';

/** Brings infos to connections on all nodes. */
export const bus = new RedisBus({ url: process.env.REDIS_URL ?? 'redis://localhost:6379' });
