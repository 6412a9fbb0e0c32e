import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Command, Measurement, Publication } from './server.js';

/** The server under trial, seen from here. */
export class Subject {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(): Promise<Subject> {
    const child = fork(fileURLToPath(new URL('./server.js', import.meta.url)), { execArgv: ['--expose-gc'] });
    const [port] = (await once(child, 'message')) as [number];
    return new Subject(child, port);
  }

  measure(): Promise<Measurement> {
    return this.ask<Measurement>({ kind: 'measure' });
  }

  /** Resolves, when it is over, to the number of messages. It goes on with what is told of those who receive them. */
  publish(publication: Publication): Promise<number> {
    return this.ask<number>({ kind: 'publish', ...publication });
  }

  /** Tells it how many messages all who keep up have received. */
  received(messages: number): void {
    if (this.child.connected) this.child.send({ kind: 'received', messages } satisfies Command);
  }

  /** Measures until nobody is connected and no more handles are open than before, for what was closed takes a moment to be gone. */
  async quiet(handles = Number.POSITIVE_INFINITY): Promise<Measurement> {
    for (let tries = 0; ; tries++) {
      const measured = await this.measure();
      if ((measured.connections === 0 && measured.handles <= handles) || tries === 200) return this.measure();
    }
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }

  private async ask<Answer>(command: Command): Promise<Answer> {
    const answer = once(this.child, 'message');
    this.child.send(command);
    return ((await answer) as [Answer])[0];
  }
}
