// npm run dev: compiles when something below src changes, and starts the server anew when something below dist does. Node itself watches
// both: it sees new files too, and sees them in containers, where the compiler's own --watch is blind as of TypeScript 7.0.
import { spawn } from 'node:child_process';
import { mkdirSync, watch } from 'node:fs';

const children = [];

function onChange(folder, ...program) {
  const options = [`--watch-path=${folder}`, '--watch-preserve-output'];
  children.push(spawn(process.execPath, [...options, ...program], { stdio: 'inherit' }));
}

mkdirSync('dist', { recursive: true });
onChange('src', 'node_modules/typescript/bin/tsc', '--pretty');

// The server is there once the first compilation without faults is through.
const firstBuild = watch('dist', (_, file) => {
  if (file !== 'main.js') return;
  firstBuild.close();
  onChange('dist', '--enable-source-maps', 'dist/main.js');
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    firstBuild.close();
    for (const child of children) child.kill(signal);
  });
}
