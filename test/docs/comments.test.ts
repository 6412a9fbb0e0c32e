import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from './harness/pages.js';

const DECLARATION = /^export (?:async )?(?:abstract )?(?:class|interface|type|function|const|enum) (\w+)/gm;

/** What a module exports without a comment right before it; a type may share that of the value of its name. */
function uncommented(path: string): string[] {
  const source = readFileSync(join(ROOT, 'src', path), 'utf8');
  const exported = [...source.matchAll(DECLARATION)].map(({ 1: name, index }) => [name, source.slice(0, index)] as const);
  const commented = exported.filter(([, before]) => /\*\/\n(?:\/\/.*\n)*$/.test(before)).map(([name]) => name);
  return exported.filter(([name]) => !commented.includes(name)).map(([name]) => `${path}: ${name}`);
}

test('everything that is exported has a sentence, be it public or not', () => {
  const modules = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  expect(modules.flatMap(uncommented)).toEqual([]);
});
