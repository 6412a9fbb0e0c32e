import { until } from './clock.js';
import type { TrialNode } from './nodes.js';
import { type Difference, difference, Listener, Speaker } from './sequence.js';

const TOPIC = 'trial';
const LISTENERS_EACH = 3;
/** Milliseconds that what was said first, or last, may take to arrive. */
const SETTLE = 20_000;

/** What one listener got of one speaker, beside what was said. */
export interface Line extends Omit<Difference, 'lost'> {
  readonly speaker: Speaker;
  readonly listener: Listener;
  /** Both are on one node. */
  readonly local: boolean;
  /** When each number that did not arrive was sent, from the kill. */
  readonly lost: readonly number[];
  readonly arrived: number;
  /** Milliseconds that the slowest delivery before the kill took: what was lost on its way is hardly older. */
  readonly slowest: number;
}

/** Load on all nodes: a speaker and some listeners on each, all in one topic. */
export class Traffic {
  readonly speakers: Speaker[] = [];
  readonly listeners: Listener[] = [];

  static async on(nodes: readonly TrialNode[]): Promise<Traffic> {
    const traffic = new Traffic();
    for (const [node, { port }] of nodes.entries()) {
      for (let i = 0; i < LISTENERS_EACH; i++) traffic.listeners.push(await listen(node, port));
    }
    for (const [node, { port }] of nodes.entries()) traffic.speakers.push(await Speaker.connect(port, node, TOPIC));
    return traffic;
  }

  begin(perSecond: number): void {
    for (const speaker of this.speakers) speaker.begin(perSecond);
  }

  /** Resolves when every listener has heard every speaker. */
  async flows(): Promise<void> {
    const heard = ({ name }: Speaker) => this.listeners.every((listener) => listener.of(name).numbers.length > 0);
    await until(() => this.speakers.every(heard), SETTLE);
  }

  /** The speakers stop; resolves when the listeners have the last of what they said. */
  async settle(speakers = this.speakers, listeners = this.listeners): Promise<void> {
    for (const speaker of this.speakers) speaker.stop();
    const complete = ({ name, sentAt }: Speaker) =>
      listeners.every((listener) => listener.of(name).numbers.at(-1) === sentAt.length - 1);
    await until(() => speakers.every(complete), SETTLE);
  }

  lines(killedAt: number, speakers = this.speakers, listeners = this.listeners): Line[] {
    return speakers.flatMap((speaker) => listeners.map((listener) => line(killedAt, speaker, listener)));
  }

  end(): void {
    for (const speaker of this.speakers) speaker.end();
    for (const listener of this.listeners) listener.client?.end();
  }
}

export async function listen(node: number, port: number): Promise<Listener> {
  const listener = new Listener(node);
  await listener.connect(port, TOPIC);
  return listener;
}

function line(killedAt: number, speaker: Speaker, listener: Listener): Line {
  const { numbers, at } = listener.of(speaker.name);
  const { lost, ...rest } = difference(numbers, speaker.sentAt.length);
  const sentAt = (number: number) => speaker.sentAt[number] as number;
  const before = at.filter((each) => each <= killedAt);
  return {
    speaker,
    listener,
    local: speaker.node === listener.node,
    arrived: numbers.length,
    lost: lost.map((number) => sentAt(number) - killedAt),
    slowest: before.reduce((most, each, i) => Math.max(most, each - sentAt(numbers[i] as number)), 0),
    ...rest,
  };
}
