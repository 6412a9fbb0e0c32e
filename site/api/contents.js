/** Puts the names of a page, kind by kind and with a link to each, before all else. */
export function contents(page, router) {
  const groups = new Map();
  for (const { title, children } of page.model.groups ?? []) {
    for (const child of children) {
      const group = isDecorator(title, child) ? 'Decorators' : title;
      groups.set(group, [...(groups.get(group) ?? []), child]);
    }
  }
  const lines = [...groups].map(([title, children]) => line(title, children, router));
  const list = lines.filter((text) => text !== '').join('\n');
  if (list !== '')
    page.contents = page.contents.replace(/\n(?:<a id="[^"]*"><\/a>\n\n)?## /, (heading) => `\n${list}\n${heading}`);
}

/** What is called with a capital, and is no class, is a decorator. */
function isDecorator(title, { name }) {
  return /^(Functions|Variables)$/.test(title) && /^[A-Z]/.test(name);
}

function line(title, reflections, router) {
  const links = reflections.filter((one) => router.getAnchor(one)).map((one) => `[${one.name}](#${router.getAnchor(one)})`);
  return links.length === 0 ? '' : `- ${title}: ${links.join(', ')}`;
}
