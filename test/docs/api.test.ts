import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Declaration, exportsOf } from './harness/declarations.js';
import { ROOT } from './harness/pages.js';

/** docs/api is generated: it must say what is built says, and `npm run api` writes it anew. */

const { name, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  name: string;
  exports: Record<string, { types?: string }>;
};

const entries = Object.entries(exports).flatMap(([path, { types }]): [string, string][] =>
  types === undefined ? [] : [[path.replace('.', name), join(ROOT, types)]],
);

// What several entry points export is said on the page of the first.
const words = plain(
  readdirSync(join(ROOT, 'docs/api'))
    .map((file) => readFileSync(join(ROOT, 'docs/api', file), 'utf8'))
    .join('\n'),
);

describe.each(entries)('the page of %s', (entry, types) => {
  const page = join(ROOT, 'docs/api', `${entry.replaceAll('/', '.')}.md`);
  const text = readFileSync(page, 'utf8');
  const declarations = exportsOf(types);

  test('has a section for each name that is exported, and for no other', () => {
    const sections = [...text.matchAll(/^## (\w+)/gm)].map(([, section]) => section);
    expect(sections.sort()).toEqual([...new Set(declarations.map((declaration) => declaration.name))].sort());
  });

  test.each(declarations.map((declaration): [string, Declaration] => [declaration.name, declaration]))(
    'says of %s what its comments say; if not, "npm run api" writes it anew',
    (_, { comments }) => {
      expect(comments.map(plain).filter((comment) => !words.includes(comment))).toEqual([]);
    },
  );
});

test('the index has every entry point', () => {
  const index = readFileSync(join(ROOT, 'docs/api/README.md'), 'utf8');
  expect([...index.matchAll(/^- \[(.+?)\]/gm)].map(([, entry]) => entry)).toEqual(entries.map(([entry]) => entry));
});

/** The words of a comment or of Markdown, without what marks links, code and lines in either. */
function plain(text: string): string {
  return text
    .replace(/\{@link (\S+?)\}/g, '$1')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[\\`]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
