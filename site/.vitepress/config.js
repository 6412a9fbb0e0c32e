import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { breakNames, dropLinksAway, rewrites, sidebar, srcExclude } from './pages.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Pages are outside of this package, where Vue is not found. */
const vueFromHere = {
  name: 'vue-from-here',
  enforce: 'pre',
  resolveId(source, importer, { ssr }) {
    if (!/^vue(\/|$)/.test(source)) return;
    if (ssr) return { id: source, external: true };
    if (importer?.endsWith('.md')) return this.resolve(source, here('../index.md'), { skipSelf: true });
  },
};

export default defineConfig({
  title: 'vaquero',
  description: "Cowboy's WebSocket handlers for TypeScript",
  lang: 'en',
  cleanUrls: true,
  // The pages are those of the repository, read where they are, so that their links lead from one to another on a Git host and here.
  srcDir: '..',
  srcExclude,
  rewrites,
  outDir: 'dist',
  cacheDir: '.cache',
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/favicon.svg' }]],
  markdown: {
    config(markdown) {
      dropLinksAway(markdown);
      breakNames(markdown);
    },
  },
  vite: {
    publicDir: here('../public'),
    plugins: [vueFromHere],
  },
  // The reference has a hundred names: the outline is of those alone.
  transformPageData: ({ relativePath }) => (relativePath.startsWith('docs/api/') ? { frontmatter: { outline: 2 } } : {}),
  themeConfig: {
    logo: '/favicon.svg',
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guide', link: '/docs/getting-started', activeMatch: '^/docs/(?!api)' },
      { text: 'API', link: '/docs/api/vaquero', activeMatch: '^/docs/api' },
      { text: 'Changelog', link: '/CHANGELOG' },
    ],
    sidebar: sidebar(),
  },
});
