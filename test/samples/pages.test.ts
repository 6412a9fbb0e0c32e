import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeWithBrowser, openBrowser } from '../support/chromium.js';
import { openPage } from './page.js';
import { type Program, run } from './program.js';

/** The pages, in a real browser with its own WebSocket. */

describeWithBrowser('in Chromium', () => {
  let samples: Program;
  let chromium: Awaited<ReturnType<typeof openBrowser>>;
  const faults: string[] = [];

  beforeAll(async () => {
    samples = await run();
    chromium = await openBrowser();
  });

  afterAll(async () => {
    await chromium.close();
    expect(await samples.stop()).toBe(0);
    expect(faults).toEqual([]);
  });

  const open = (path: string) => openPage(chromium.browser, samples.url + path, faults);

  test('the index says what each sample is, and how to speak to it from a terminal', async () => {
    const page = await open('/');
    for (const name of ['hello', 'chat', 'prices']) await page.getByRole('heading', { name, exact: true }).waitFor();
    const { host } = new URL(samples.url);
    const commands = await page.locator('pre code').allTextContents();
    for (const path of ['/hello', '/chat/lobby?name=Ann', '/prices/HERD']) {
      expect(commands.some((command) => command.includes(`ws://${host}${path}`))).toBe(true);
    }
    await page.getByRole('log', { name: 'Frames' }).getByText('Hello!', { exact: true }).waitFor();
  });

  test('hello: greets, repeats and ignores bytes', async () => {
    const page = await open('/hello');
    await page.getByText('Hello!', { exact: true }).waitFor();
    await page.getByLabel('Text to send').fill('Yee-haw');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText("That's what she said! Yee-haw").waitFor();
    await page.getByText("How' you doin'?").first().waitFor();
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByText(/^closed with code/).waitFor();
  });

  test('chat: two people in a room see each other come, write and go', async () => {
    const ada = await open('/chat/den');
    await ada.getByLabel('Your name').fill('Ada');
    await ada.getByRole('button', { name: 'Join the room' }).click();
    await ada.getByText('Connected', { exact: true }).waitFor();
    const bob = await open('/chat/den');
    await bob.getByRole('button', { name: 'Change name' }).click();
    await bob.getByLabel('Your name').fill('Bob');
    await bob.keyboard.press('Enter');
    await ada.locator('#log').getByText('Bob', { exact: true }).first().waitFor();
    await bob.getByLabel('Message', { exact: true }).fill('Howdy <b>partner</b>');
    await bob.keyboard.press('Enter');
    await ada.locator('#log').getByText('Howdy <b>partner</b>').waitFor();
    await ada.locator('#people').getByText('Bob', { exact: true }).waitFor();
    await bob.close();
    await ada.locator('#people').getByText('Bob', { exact: true }).waitFor({ state: 'detached' });
    await ada
      .locator('.event')
      .filter({ hasText: /Bob.*left/ })
      .first()
      .waitFor();
  });

  test('prices: are drawn, and move', async () => {
    const page = await open('/prices');
    await page.getByText('Longhorn Cattle').waitFor();
    await moves(page);
    await page.getByRole('link', { name: /HERD/ }).first().click();
    await page.waitForURL('**/prices/HERD');
    await moves(page);
  });

  /** A chart's pixels change when a price comes. */
  async function moves(page: Page): Promise<void> {
    const chart = page.locator('canvas').first();
    await chart.waitFor();
    const picture = () => chart.evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());
    const before = await picture();
    await expect(
      page.waitForFunction((old) => {
        const canvas = (
          globalThis as unknown as { document: { querySelector(s: string): { toDataURL(): string } } }
        ).document.querySelector('canvas');
        return canvas.toDataURL() !== old;
      }, before),
    ).resolves.toBeDefined();
  }
});
