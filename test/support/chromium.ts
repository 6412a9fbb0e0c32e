import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { type BrowserContext, chromium } from 'playwright-core';

/** A real browser, with its own WebSocket. */

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const present = existsSync(CHROMIUM);
if (!present && process.env.VAQUERO_NO_SKIP !== undefined)
  throw new Error(`There is no Chromium at ${CHROMIUM}, and nothing may be skipped.`);
if (!present)
  process.stderr.write(
    `\nSKIPPED: what needs a browser, for there is no Chromium at ${CHROMIUM}. Install it, or set CHROMIUM.\n\n`,
  );

/** `describe`, where there is a browser. */
export const describeWithBrowser = present ? describe : describe.skip;

/** A browser with a profile of its own, and how to close it. */
export async function openBrowser(): Promise<{ readonly browser: BrowserContext; close(): Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), 'vaquero-pages-'));
  const browser = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args: FLAGS, headless: true });
  return {
    browser,
    close: async () => {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
