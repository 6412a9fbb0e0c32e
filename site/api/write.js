// Writes docs/api from the TSDoc comments in what is built: a page for each entry point of the package.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Application, Converter } from 'typedoc';
import { MarkdownPageEvent } from 'typedoc-plugin-markdown';
import { contents } from './contents.js';
import { simplify } from './simplify.js';
import { Theme } from './theme.js';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const { name, exports } = JSON.parse(readFileSync(path('../../package.json'), 'utf8'));

/** The package's entry points: how they are imported, and the declarations behind them. */
const entries = Object.entries(exports).flatMap(([entry, { types }]) =>
  types === undefined ? [] : [{ name: entry.replace('.', name), declarations: path(`../../${types}`) }],
);

const app = await Application.bootstrapWithPlugins({
  name: 'API',
  entryPoints: entries.map(({ declarations }) => declarations),
  sortEntryPoints: false,
  tsconfig: path('tsconfig.json'),
  plugin: ['typedoc-plugin-markdown'],
  out: path('../../docs/api'),
  readme: 'none',
  router: 'module',
  flattenOutputFiles: true,
  entryFileName: 'README',
  disableSources: true,
  excludeExternals: true,
  excludePrivate: true,
  excludeProtected: true,
  excludeInternal: true,
  hideBreadcrumbs: true,
  hidePageHeader: true,
  hideGroupHeadings: true,
  // Headings have other anchors on each host, and several the same name.
  useHTMLAnchors: true,
  anchorPrefix: 'api-',
  groupOrder: ['Functions', 'Variables', 'Classes', 'Interfaces', 'Type Aliases'],
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  tableColumnSettings: {
    leftAlignHeaders: true,
    hideInherited: true,
    hideModifiers: true,
    hideOverrides: true,
    hideDefaults: true,
  },
  validation: { notExported: false, invalidLink: true, notDocumented: false },
  treatWarningsAsErrors: true,
});
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => simplify(project));
app.renderer.defineTheme('own', Theme);
app.options.setValue('theme', 'own');
app.renderer.on(MarkdownPageEvent.END, (page) => contents(page, app.renderer.router));

const project = await app.convert();
if (project !== undefined) {
  for (const [i, entry] of entries.entries()) project.children[i].name = entry.name;
  await app.generateOutputs(project);
}
process.exitCode = project === undefined || app.logger.hasErrors() || app.logger.hasWarnings() ? 1 : 0;
