import type { BrowserContext, Page } from 'playwright-core';

/** Opens a page; what it has to complain about is added to the faults. */
export async function openPage(browser: BrowserContext, url: string, faults: string[]): Promise<Page> {
  const page = await browser.newPage();
  page.on('pageerror', (error) => faults.push(`${url}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`${url}: ${message.text()}`);
  });
  await page.goto(url);
  return page;
}
