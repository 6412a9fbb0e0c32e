import { connect, type Socket } from 'node:net';
import { Events } from './events.js';
import { listen } from './fake-redis.js';

/** One client's connection by way of a detour. */
interface Way {
  readonly upstream: Socket;
  /** What is held up, while it is. */
  held: Buffer[] | undefined;
}

/** A way to a server on which what clients say can be held up, and what they are answered can be changed. */
export class Detour {
  readonly #ways: Way[] = [];
  readonly #said = new Events<string>();
  #port = 0;

  private constructor(private readonly change: (answer: string) => string) {}

  /** Resolves when it can be gone. Answers are changed as bytes in latin1, and keep their length. */
  static async to(port: number, change = (answer: string) => answer): Promise<Detour> {
    const detour = new Detour(change);
    detour.#port = await listen((client) => detour.#lead(client, connect(port, '127.0.0.1')));
    return detour;
  }

  get port(): number {
    return this.#port;
  }

  /** What comes on the connections that there are does not get through. */
  hold(): void {
    for (const way of this.#ways) way.held = [];
  }

  /** What was held up goes on, and no more comes. */
  release(): void {
    for (const way of this.#ways) {
      if (way.held === undefined) continue;
      way.upstream.end(Buffer.concat(way.held));
      way.held = undefined;
    }
  }

  /** Resolves when something like it has come, on any connection. */
  async heard(pattern: RegExp): Promise<void> {
    while (!pattern.test(await this.#said.next())) {}
  }

  #lead(client: Socket, upstream: Socket): void {
    const way: Way = { upstream, held: undefined };
    this.#ways.push(way);
    upstream.on('error', () => undefined);
    upstream.on('data', (chunk) => client.write(this.change(chunk.toString('latin1')), 'latin1'));
    upstream.on('close', () => client.end());
    client.on('data', (chunk) => {
      this.#said.push(chunk.toString('latin1'));
      if (way.held === undefined) upstream.write(chunk);
      else way.held.push(chunk);
    });
    client.on('close', () => {
      if (way.held === undefined) upstream.end();
    });
  }
}
