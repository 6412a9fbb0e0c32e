// npm run dev: compiles when something below src changes, and starts the server anew when something below dist does.
// Both are watched by Node itself: it sees new files too, and in containers, where the compiler's own --watch sees nothing as of TypeScript 7.0.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';

mkdirSync('dist', { recursive: true });

const watch = (folder, ...program) =>
  spawn(process.execPath, [`--watch-path=${folder}`, '--watch-preserve-output', ...program], { stdio: 'inherit' });
const children = [
  watch('src', 'node_modules/typescript/bin/tsc', '--pretty'),
  watch('dist', '--enable-source-maps', 'dist/main.js'),
];

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => children.map((child) => child.kill(signal)));
