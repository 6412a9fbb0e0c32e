import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ERROR_CODES } from '../../src/core/errors.js';

const ROOT = join(__dirname, '../..');
const CATALOGUE = Object.keys(ERROR_CODES).sort();

/** The codes that VaqueroErrors are given anywhere in src: where one is made, and where a class of its own extends it. */
function codesThrown(): string[] {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const codes = sources.flatMap((path) => {
    const source = readFileSync(join(ROOT, 'src', path), 'utf8');
    return [...source.matchAll(/(?:new VaqueroError\(\s*|super\((?='VAQUERO_))(['"`]?)(\w+)\1/g)].map(([, quote, code]) => {
      if (quote === '') throw new Error(`${path} makes a VaqueroError with a code that is no literal: ${code}`);
      return code as string;
    });
  });
  return [...new Set(codes)].sort();
}

const page = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');

describe('error codes', () => {
  test('are those that src throws', () => {
    expect(codesThrown()).toEqual(CATALOGUE);
  });

  test('are the headings of docs/errors.md, each once', () => {
    const headings = [...page.matchAll(/^#+ `?(VAQUERO_\w+)`?$/gm)].map(([, code]) => code as string);
    expect(headings.sort()).toEqual(CATALOGUE);
  });

  test('are the only ones that docs/errors.md names', () => {
    const named = new Set(page.match(/VAQUERO_[A-Z_]+/g));
    expect([...named].sort()).toEqual(CATALOGUE);
  });
});
