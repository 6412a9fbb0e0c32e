import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Files } from './files.js';

const TEMPLATES = fileURLToPath(new URL('../../templates', import.meta.url));

/** What a template is filled with: `__name__` in paths and contents becomes `words.name`. */
export interface Filling {
  readonly words: Readonly<Record<string, string>>;
  /** Which of the blocks between a line with `__if …__` and one with `__end__` are kept. */
  readonly conditions: readonly string[];
}

/** The files of a template, filled. A part of a path that starts with `_` gets a dot instead: npm would not pack a `.gitignore`. */
export async function fill(template: string, filling: Filling): Promise<Files> {
  const root = join(TEMPLATES, template);
  const files = new Map<string, string>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = relative(root, file).split(sep).join('/');
    const content = keepBlocks(await readFile(file, 'utf8'), filling.conditions);
    files.set(fillWords(path, filling.words).replace(/(^|\/)_/g, '$1.'), fillWords(content, filling.words));
  }
  return files;
}

function keepBlocks(content: string, conditions: readonly string[]): string {
  return content.replace(/^.*__if ([\w ]+)__.*\n([\s\S]*?)^.*__end__.*\n/gm, (_, condition: string, block: string) =>
    conditions.includes(condition) ? block : '',
  );
}

function fillWords(content: string, words: Filling['words']): string {
  return content.replace(/__([A-Za-z]+)__/g, (_, word: string) => {
    const filled = words[word];
    if (filled === undefined) throw new Error(`A template asks for ${word}, and there are ${Object.keys(words).join(', ')}`);
    return filled;
  });
}
