import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { MISTAKES, type Saying } from '../mistakes/catalogue.js';

/** docs/troubleshooting.md, the catalogue of mistakes and the tests that make them say the same. */

const MISTAKE_TESTS = join(__dirname, '../mistakes');
const page = readFileSync(join(__dirname, '../../docs/troubleshooting.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => /^\| (?!What happened|---)/.test(line))
  .map((line) => line.slice(2, -2).split(' | '));

test('the page has a row for each mistake, in the words of the message', () => {
  const catalogue = Object.entries<Saying>(MISTAKES).map(([title, { by, says }]) => [
    title,
    by.startsWith('VAQUERO_') ? `\`${by}\`` : by,
    says,
  ]);
  expect(rows.map(([title, by, says]) => [title, by, says]).sort()).toEqual(catalogue.sort());
});

test('each row says what to do', () => {
  for (const row of rows)
    expect(row).toEqual([expect.any(String), expect.any(String), expect.any(String), expect.stringMatching(/\.$/)]);
});

test('each mistake is made by one test', () => {
  const made = readdirSync(MISTAKE_TESTS)
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => [...readFileSync(join(MISTAKE_TESTS, file), 'utf8').matchAll(/\bmistake\(\s*'([^']+)'/g)])
    .map(([, title]) => title);
  expect(made.sort()).toEqual(Object.keys(MISTAKES).sort());
});
