import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Measured, Question, Report, Told } from './node.js';

const NODE = fileURLToPath(new URL('./node.js', import.meta.url));

/** A node under trial, seen from here. */
export class TrialNode {
  /** What its bus reported, in order. */
  readonly reports: Report[] = [];
  port = 0;
  #answered: (measured: Measured) => void = () => undefined;

  private constructor(private readonly child: ChildProcess) {}

  /** Resolves when it serves and is connected. */
  static async start(url: string, nodeTimeout: number): Promise<TrialNode> {
    const node = new TrialNode(fork(NODE, [url, String(nodeTimeout)]));
    await new Promise<void>((resolve, reject) => {
      node.child.on('message', (told: Told) => node.#hear(told, resolve));
      node.child.once('exit', (code) => reject(new Error(`A node ended with ${code} before it served.`)));
    });
    return node;
  }

  /** One question at a time. */
  ask(question: Question): Promise<Measured> {
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.child.send(question);
    });
  }

  measure(): Promise<Measured> {
    return this.ask({ kind: 'measure' });
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }

  #hear(told: Told, serves: () => void): void {
    if ('report' in told) this.reports.push(told.report);
    else if ('answer' in told) this.#answered(told.answer);
    else {
      this.port = told.port;
      serves();
    }
  }
}
