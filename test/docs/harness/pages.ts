import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '../../..');

/** The pages whose blocks are compiled and run, by their path in the repository. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...below('docs'),
  ...below('site'),
  ...below('samples'),
];

function below(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => path.endsWith('.md') && !path.includes('node_modules'))
    .sort();
}

/** A fenced block of a page. */
export interface Block {
  readonly page: string;
  /** The line of the page on which its code begins. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** The file that it is, where the paragraph before it is nothing but that file's name. */
  readonly file: string | undefined;
  /** Why it is not run, from the info string: ` ```sh not-run: installs from the registry `. */
  readonly notRun: string | undefined;
}

const FENCE = /^(`{3,})(\w*)\s*(.*)$/;
const NAME = /^`([\w./-]+\.?\w+)`:?$/;

/** The blocks of a page in order. Those in HTML comments, which readers do not see, count as all others do. */
export function blocksOf(page: string, source = readFileSync(join(ROOT, page), 'utf8')): Block[] {
  const lines = source.split('\n');
  const blocks: Block[] = [];
  let paragraph = '';
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    const [, fence, language = '', info = ''] = FENCE.exec(line) ?? [];
    if (fence === undefined) {
      if (line.trim() !== '') paragraph = line.trim();
      continue;
    }
    const end = lines.indexOf(fence, i + 1);
    if (end < 0) throw new Error(`${page}:${i + 1} opens a block that never ends`);
    const code = lines.slice(i + 1, end).join('\n');
    const notRun = /^not-run: (.+)$/.exec(info)?.[1];
    if (info !== '' && notRun === undefined) throw new Error(`${page}:${i + 1} says "${info}", and only "not-run: why" is known`);
    blocks.push({ page, line: i + 2, language, code, file: NAME.exec(paragraph)?.[1], notRun });
    paragraph = '';
    i = end;
  }
  return blocks;
}
