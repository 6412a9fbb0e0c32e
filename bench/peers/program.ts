/**
 * What a peer can be asked to serve; each peer's module exports a `start(program)` that serves it on a free loopback port and resolves
 * with that port. `idle` is `echo` with the heartbeat that the peer's documentation describes; `fanout-frames` is vaquero's second way to
 * do `fanout`.
 */
export type Program = 'echo' | 'fanout' | 'fanout-frames' | 'idle' | 'inject' | 'async';

export const HOST = '127.0.0.1';
