import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const ROOT = join(__dirname, '../..');

const below = (folder: string, name: RegExp): string[] =>
  existsSync(join(ROOT, folder))
    ? readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .map((path) => join(folder, path))
        .filter((path) => name.test(path))
    : [];

const PAGES = ['README.md', 'CONTRIBUTING.md', ...below('docs', /\.md$/), ...below('samples', /README\.md$/)];

/** A page without its code, in which nothing is a link or a heading. */
const prose = (path: string) => readFileSync(path, 'utf8').replace(/^(```+|~~~+)[\s\S]*?^\1$/gm, '');

/** Where a page's links lead: inline, by reference, and in HTML. */
function links(path: string): string[] {
  const page = prose(path).replace(/`[^`\n]*`/g, '');
  const patterns = [
    /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g,
    /^\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/gm,
    /(?:href|src)="([^"]+)"/g,
  ];
  return patterns.flatMap((pattern) => [...page.matchAll(pattern)].map(([, target]) => target as string));
}

/** The anchors of a page's headings, as GitHub makes them: a second of the same name gets `-1`. */
function anchors(path: string): Set<string> {
  const seen = new Map<string, number>();
  const names = [...prose(path).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map(([, heading]) => {
    const slug = (heading as string)
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
      .replace(/ /g, '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
  return new Set(names);
}

/** What is wrong with a link of a page; undefined for one that leads somewhere, and for one that leaves the repository. */
function fault(page: string, link: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(link)) return undefined;
  const [path = '', anchor] = decodeURIComponent(link).split('#');
  const target = path === '' ? page : resolve(dirname(page), path);
  if (relative(ROOT, target).startsWith('..')) return `${link} leaves the repository`;
  if (!existsSync(target)) return `${link} leads nowhere`;
  if (anchor === undefined) return undefined;
  if (statSync(target).isDirectory() || !target.endsWith('.md')) return `${link} has an anchor into what is no page`;
  return anchors(target).has(anchor) ? undefined : `${link} has an anchor that is no heading`;
}

describe('relative links', () => {
  test.each(PAGES)('of %s lead to files and headings', (name) => {
    const page = join(ROOT, name);
    expect(links(page).flatMap((link) => fault(page, link) ?? [])).toEqual([]);
  });

  test('are found at all', () => {
    expect(links(join(ROOT, 'README.md')).filter((link) => !link.includes(':')).length).toBeGreaterThan(3);
  });
});
