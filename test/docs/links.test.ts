import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { PAGES, ROOT } from './harness/pages.js';

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

/** The anchors of a page: those that it sets itself, and those of its headings as GitHub makes them, where a second of the same name gets `-1`. */
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
  const own = [...prose(path).matchAll(/<a id="([^"]+)"><\/a>/g)].map(([, id]) => id as string);
  return new Set([...names, ...own]);
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

/** What a page has of HTML. Whatever else is written as a tag outside code is lost on a Git host, and no site can be made of it. */
const TAGS = ['a', 'br', 'details', 'img', 'picture', 'source', 'sub', 'summary'];

test.each(PAGES)('%s has tags of HTML alone outside code', (name) => {
  const page = prose(join(ROOT, name)).replace(/`[^`\n]*`|<!--[\s\S]*?-->/g, '');
  const tags = [...page.matchAll(/(?<!\\)<\/?([A-Za-z][^\s/>]*)/g)].map(([, tag]) => tag as string);
  expect(tags.filter((tag) => !TAGS.includes(tag))).toEqual([]);
  // The site's own language.
  expect(page).not.toContain('{{');
});

describe('relative links', () => {
  test.each(PAGES)('of %s lead to files and headings', (name) => {
    const page = join(ROOT, name);
    expect(links(page).flatMap((link) => fault(page, link) ?? [])).toEqual([]);
  });

  test('of docs/README.md lead to every page there, which is how the site finds them', () => {
    const listed = links(join(ROOT, 'docs/README.md')).map((link) => join('docs', link));
    const pages = PAGES.filter((page) => /^docs\/(?!README)(?!api\/(?!README))/.test(page));
    expect(pages.filter((page) => !listed.includes(page))).toEqual([]);
  });

  test('are found at all', () => {
    expect(links(join(ROOT, 'README.md')).filter((link) => !link.includes(':')).length).toBeGreaterThan(3);
  });
});
