import { describe, VaqueroError } from '../errors.js';
import { checkTopic } from '../topic.js';

/** Bytes of UTF-8 that a topic may have: as a channel it can take three times as many, and brokers bound these. */
export const MAX_TOPIC = 1_024;

/** In UTF-8 there is no half of a pair of surrogates: all would be one channel. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Answers a topic that can be a channel. */
export function checkChannelTopic(topic: string): string {
  if (LONE_SURROGATE.test(checkTopic(topic))) {
    throw new VaqueroError(
      'VAQUERO_INVALID_TOPIC',
      `A topic is well-formed Unicode where there is a broker, got ${describe(topic)}.`,
    );
  }
  if (topic.length <= MAX_TOPIC / 3 || Buffer.byteLength(topic) <= MAX_TOPIC) return topic;
  throw new VaqueroError(
    'VAQUERO_INVALID_TOPIC',
    `A topic has at most ${MAX_TOPIC} bytes where there is a broker, got one of ${Buffer.byteLength(topic)}.`,
  );
}

const UNSAFE = /[^\w-]/gu;

/** A topic in the characters that channels have; what else there is in it becomes `=` and two digits for each byte. */
export function encodeTopic(topic: string): string {
  return topic.replace(UNSAFE, toHex);
}

/** The topic of a token. */
export function decodeTopic(token: string): string {
  return decodeURIComponent(token.replaceAll('=', '%'));
}

function toHex(character: string): string {
  let escaped = '';
  for (const byte of Buffer.from(character)) escaped += `=${byte.toString(16).padStart(2, '0')}`;
  return escaped;
}

/** Names the channels of one application. */
export class Channels {
  constructor(private readonly prefix: string) {}

  /** Where infos of a topic are published. */
  topic(topic: string): string {
    return `${this.prefix}.t.${encodeTopic(topic)}`;
  }

  /** Where messages for one node are sent. */
  node(node: string): string {
    return `${this.prefix}.n.${node}`;
  }
}

const NODE = /^[\w-]{8}$/;
/** As `bus.register` makes them: refs come from clients too, and end up in what brokers take for names. */
const REF = /^([\w-]{8})\.[\da-z]{1,11}$/;

/** Whether something can be the name of a node. */
export function isNode(name: string): boolean {
  return NODE.test(name);
}

/** The node that a ref lives on; `null` if it can be none. */
export function nodeOf(ref: string): string | null {
  return REF.exec(ref)?.[1] ?? null;
}
