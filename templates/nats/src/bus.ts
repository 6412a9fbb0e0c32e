import { NatsBus } from 'vaquero/nats';

/** Brings infos to connections on all nodes. */
export const bus = new NatsBus({ servers: process.env.NATS_URL ?? 'nats://localhost:4222' });
