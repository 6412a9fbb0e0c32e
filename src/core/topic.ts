import { describe, VaqueroError } from './errors.js';

/** Answers a topic that can be one. */
export function checkTopic(topic: string): string {
  if (typeof topic === 'string' && topic !== '') return topic;
  throw new VaqueroError('VAQUERO_INVALID_TOPIC', `A topic is a non-empty string, got ${describe(topic)}.`);
}
