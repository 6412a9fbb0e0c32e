import { execFile } from 'node:child_process';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Block, ROOT } from './pages.js';

/** Where the pages' blocks become files; ignored by git, and inside the repository so that what it has installed is found. */
const DIST = join(ROOT, 'dist-docs');

/** What the pages tell readers to compile with, and strict as can be. */
const COMPILER_OPTIONS = {
  target: 'ES2022',
  module: 'nodenext',
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  rootDir: 'src',
  outDir: 'out',
};

/** Languages of blocks that are files, named or not. */
export const PROGRAMS: readonly string[] = ['ts', 'js'];

/** A page whose blocks are a project of their own, which its shell blocks build: it has a `tsconfig.json`. */
export function isProject(blocks: readonly Block[]): boolean {
  return blocks.some((block) => block.file === 'tsconfig.json');
}

/** What a block is called in its page's folder. */
export function fileOf(block: Block): string {
  return block.file ?? `line-${block.line}.${block.language}`;
}

/** The folder that a page's programs run in. */
export function folderOf(page: string, blocks: readonly Block[]): string {
  return join(DIST, isProject(blocks) ? 'projects' : 'out', page.replace(/\.md$/, ''));
}

/** Writes the blocks of all pages, and compiles them in one go but those of projects; rejects with what the compiler says. */
export async function build(pages: ReadonlyMap<string, readonly Block[]>): Promise<void> {
  await rm(DIST, { recursive: true, force: true });
  await write(join(DIST, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await write(join(DIST, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ['src'] }));
  // The package by its own name, and its command, as npm installs them.
  await mkdir(join(DIST, 'node_modules'));
  await symlink('../..', join(DIST, 'node_modules/vaquero'));
  await mkdir(join(DIST, 'node_modules/.bin'));
  const command = join(DIST, 'node_modules/.bin/vaquero');
  await symlink('../vaquero/dist/cli/main.js', command);
  await chmod(command, 0o755);
  for (const [page, blocks] of pages) {
    const folder = folderOf(page, blocks);
    await mkdir(folder, { recursive: true });
    for (const block of blocks.filter(({ notRun }) => notRun === undefined)) {
      const compiled = block.language === 'ts' && !isProject(blocks);
      const target = compiled ? join(DIST, 'src', page.replace(/\.md$/, '')) : folder;
      // Under as many empty lines as there are before it on its page, so that the compiler names the page's lines.
      const margin = block.language === 'ts' ? '\n'.repeat(block.line - 1) : '';
      if (block.file !== undefined || PROGRAMS.includes(block.language))
        await write(join(target, fileOf(block)), `${margin}${block.code}\n`);
    }
  }
  await compile();
}

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

function compile(): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', DIST], { cwd: DIST }, (error, stdout) => {
      if (error === null) resolve();
      else reject(new Error(`The pages' blocks do not compile; the lines are those of the pages:\n${stdout}`));
    });
  });
}
