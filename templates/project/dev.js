// npm run dev: compiles when something below src changes, and starts the server anew when that went well. Each folder has a watcher of its
// own: one watcher of the whole tree loses files that git or an editor replaces, and the compiler's is blind in containers as of TypeScript 7.0.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, watch } from 'node:fs';
import { join } from 'node:path';

const QUIET = 100;

let server;
let ending = false;

/** Resolves when something below src has changed, and then nothing for a moment. */
function change() {
  return new Promise((resolve) => {
    const entries = readdirSync('src', { recursive: true, withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
    const watchers = ['src', ...folders].map((folder) => watch(folder, seen).on('error', seen));
    let timer;

    function seen() {
      clearTimeout(timer);
      timer = setTimeout(() => {
        for (const watcher of watchers) watcher.close();
        resolve();
      }, QUIET);
    }
  });
}

async function compiles() {
  const compiler = spawn(process.execPath, ['node_modules/typescript/bin/tsc', '--pretty'], { stdio: 'inherit' });
  const [code] = await once(compiler, 'exit');
  return code === 0;
}

function start() {
  server = spawn(process.execPath, ['--enable-source-maps', 'dist/main.js'], { stdio: 'inherit' });
  server.once('exit', (code) => {
    if (code) console.log(`The server ended with ${code}. It is started again when a file changes.`);
  });
}

async function stop() {
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGTERM');
  await once(server, 'exit');
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    ending = true;
    await stop();
    process.exit();
  });
}

while (!ending) {
  const changed = change();
  if (await compiles()) {
    await stop();
    if (!ending) start();
  }
  await changed;
}
