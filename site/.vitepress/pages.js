import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const INDEX = 'docs/README.md';

/** Pages of the repository, by their path, that are pages of the site beside those below docs. */
const OTHERS = ['CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'bench/README.md', 'bench/results/results.md'];

/** The front page is the site's own; what is README on a Git host is index here. */
export const rewrites = {
  'site/index.md': 'index.md',
  'docs/README.md': 'docs/index.md',
  'docs/api/README.md': 'docs/api/index.md',
  'bench/README.md': 'bench/index.md',
};

const isPage = (path) => path.endsWith('.md') && (path.startsWith('docs/') || OTHERS.includes(path));

/** The other Markdown files of the repository. */
export const srcExclude = [
  '**/node_modules/**',
  ...readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['docs', 'bench', 'site', 'node_modules'].includes(entry.name))
    .map((entry) => `${entry.name}/**`),
  'README.md',
];

/** The sidebar is the list of pages that Git hosts show: its headings, and the links below each. */
export function sidebar() {
  return readFileSync(join(ROOT, INDEX), 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      text: section.slice(0, section.indexOf('\n')),
      items: [...section.matchAll(/^- \[(.+?)\]\((.+?)\.md\)/gm)].map(([, text, target]) => {
        const path = relative(ROOT, resolve(ROOT, dirname(INDEX), target)).replace(/README$/, '');
        return path === 'docs/api/' ? { text, link: `/${path}`, items: entryPoints() } : { text, link: `/${path}` };
      }),
    }));
}

/** The pages of the API, in the order of its index. */
function entryPoints() {
  const index = readFileSync(join(ROOT, 'docs/api/README.md'), 'utf8');
  return [...index.matchAll(/^- \[(.+?)\]\((.+?)\.md\)/gm)].map(([, text, target]) => ({ text, link: `/docs/api/${target}` }));
}

/**
 * Keeps the words of links to what is in the repository and not on the site, such as folders of source, and drops the links. One that leads
 * nowhere is left as it is, for the build to fail on.
 */
export function dropLinksAway(markdown) {
  markdown.core.ruler.push('drop-links-away', ({ tokens, env }) => {
    for (const { children } of tokens) {
      let away = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') away = leadsAway(env.realPath ?? env.path, token.attrGet('href'));
        if (away && /^link_(open|close)$/.test(token.type))
          Object.assign(token, { type: 'text', tag: '', content: '', nesting: 0 });
      }
    }
  });
}

function leadsAway(page, href) {
  if (/^([a-z]+:|[#/])/i.test(href)) return false;
  const target = resolve(dirname(page), decodeURIComponent(href.split('#')[0]));
  return existsSync(target) && !isPage(relative(ROOT, target));
}

/** Long names in capitals may be broken after their underscores, so that tables fit. */
export function breakNames(markdown) {
  const render = markdown.renderer.rules.code_inline;
  markdown.renderer.rules.code_inline = (...parameters) => render(...parameters).replace(/([A-Z])_(?=[A-Z])/g, '$1_<wbr>');
}
