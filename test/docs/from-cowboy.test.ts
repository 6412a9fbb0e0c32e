import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

/** The rows of docs/from-cowboy.md name the tests that prove them: each must be there. */

const ROOT = join(__dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/from-cowboy.md'), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (---|Cowboy|Erlang)/.test(line));
const proofs = [...page.matchAll(/`([\w/.-]+\.test\.ts)` "([^"]+)"/g)].map(([, file, name]) => [file, name] as [string, string]);

test('every row names its test, or says that there is nothing to prove', () => {
  const unproven = rows.filter(
    (row) => !/`[\w/.-]+\.test\.ts` "[^"]+"/.test(row) && !row.includes('[differences](#differences)'),
  );
  expect(unproven).toEqual([]);
  expect(rows.length).toBeGreaterThan(60);
});

describe('the test that is named exists', () => {
  test.each(proofs)('%s: %s', (file, name) => {
    const titles = readFileSync(join(ROOT, 'test', file), 'utf8')
      .split('\n')
      .filter((line) => /\b(test|describe)(\.each.*)?\(|^\s*\]\)\(|^\s*\['|^\s*['"].*['"]: |^\s*'.*',$/.test(line));
    expect(titles.filter((title) => title.includes(name))).not.toEqual([]);
  });
});
