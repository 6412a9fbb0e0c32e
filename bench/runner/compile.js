// The peers are TypeScript: decorators need the compiler's metadata.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BENCH = fileURLToPath(new URL('..', import.meta.url));
const COMPILER = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const VAQUERO = fileURLToPath(new URL('../../dist/index.js', import.meta.url));

export function compilePeers() {
  if (!existsSync(VAQUERO)) throw new Error('vaquero is not built: `npm run build` in its folder comes first.');
  const { status } = spawnSync(process.execPath, [COMPILER, '-p', BENCH], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The peers do not compile.');
}
