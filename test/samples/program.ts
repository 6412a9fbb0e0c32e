import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';

const DIST = join(__dirname, '../../dist-samples');
const running = new Set<ChildProcess>();

afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** A sample, as `node` runs it. */
export interface Program {
  /** Where its pages are: `http://localhost:…`. */
  readonly url: string;
  /** Where its sockets are. */
  readonly socketUrl: string;
  /** Sends SIGTERM and answers the exit code. */
  stop(): Promise<number | null>;
}

/** Starts `main.js`, or that of one sample, on a free port unless one is given. */
export async function run(name = '', port = '0'): Promise<Program> {
  const child = spawn(process.execPath, [join(DIST, name, 'main.js')], { env: { ...process.env, PORT: port } });
  running.add(child);
  const exited = once(child, 'exit').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  const url = await announced(child);
  return {
    url,
    socketUrl: url.replace('http', 'ws'),
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

function announced(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const listen = (chunk: Buffer) => {
      said += chunk;
      const url = /http:\/\/localhost:\d+/.exec(said)?.[0];
      if (url !== undefined) resolve(url);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    // Not on `exit`, which may come before what it said.
    child.once('close', (code) => reject(new Error(`ended with ${code}: ${said}`)));
  });
}
