import { Client } from './client.js';
import { now } from './clock.js';

/** Milliseconds between the bursts of a speaker. */
const TICK = 2;

/** A client that sends numbers at a steady rate, each once, in order. */
export class Speaker {
  /** When each number was sent. */
  readonly sentAt: number[] = [];
  #beating: NodeJS.Timeout | undefined;

  private constructor(
    readonly name: string,
    readonly node: number,
    private readonly client: Client,
  ) {}

  /** @param node - which node it speaks to */
  static async connect(port: number, node: number, topic: string): Promise<Speaker> {
    return new Speaker(`speaker-${node}`, node, await Client.connect(port, `/speak/${topic}`));
  }

  begin(perSecond: number): void {
    const began = now();
    this.#beating = setInterval(() => {
      const due = ((now() - began) / 1_000) * perSecond;
      while (this.sentAt.length < due) {
        this.client.say(`${this.name} ${this.sentAt.length}`);
        this.sentAt.push(now());
      }
    }, TICK);
  }

  stop(): void {
    clearInterval(this.#beating);
  }

  end(): void {
    this.stop();
    this.client.end();
  }
}

/** What a listener got of one speaker. */
export interface Heard {
  readonly numbers: number[];
  readonly at: number[];
}

/** A client that listens, and keeps what it gets by speaker. */
export class Listener {
  readonly #heard = new Map<string, Heard>();
  client: Client | undefined;

  constructor(readonly node: number) {}

  /** Resolves when it gets what is said from now on. */
  async connect(port: number, topic: string): Promise<void> {
    this.client = await Client.connect(port, `/listen/${topic}`, (text) => this.#hear(text));
    await this.client.greeting;
  }

  of(name: string): Heard {
    const known = this.#heard.get(name);
    if (known !== undefined) return known;
    const heard: Heard = { numbers: [], at: [] };
    this.#heard.set(name, heard);
    return heard;
  }

  #hear(text: string): void {
    const [name, number] = text.split(' ') as [string, string];
    const heard = this.of(name);
    heard.numbers.push(Number(number));
    heard.at.push(now());
  }
}

/** How what was heard differs from what was said. */
export interface Difference {
  readonly lost: readonly number[];
  /** Those of them that something later arrived of. */
  readonly gaps: number;
  /** How many pieces of the sequence they are. */
  readonly pieces: number;
  readonly twice: number;
  readonly reordered: number;
}

export function difference(numbers: readonly number[], said: number): Difference {
  const seen = new Set<number>();
  let twice = 0;
  let reordered = 0;
  let last = -1;
  for (const number of numbers) {
    if (seen.has(number)) twice++;
    else if (number < last) reordered++;
    seen.add(number);
    last = Math.max(last, number);
  }
  const lost: number[] = [];
  for (let number = 0; number < said; number++) if (!seen.has(number)) lost.push(number);
  return {
    lost,
    gaps: lost.filter((number) => number < last).length,
    pieces: lost.filter((number, i) => number - 1 !== lost[i - 1]).length,
    twice,
    reordered,
  };
}
