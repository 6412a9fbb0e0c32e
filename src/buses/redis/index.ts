/**
 * The bus of many nodes over one Redis.
 *
 * @module
 */

export { RedisBus, type RedisBusOptions } from './redis-bus.js';
