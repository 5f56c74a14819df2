import { type Browser, chromium, type Page } from 'playwright-core';
import { BROWSER_FLAGS, provideBrowser } from './find-browser.ts';

/** The browser that the tests drive, drawing WebGL in software. */
export function launchBrowser(extraFlags: string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: provideBrowser(), args: [...BROWSER_FLAGS, ...extraFlags] });
}

/** What a page did that it should not: requests elsewhere, errors, refusals of its own security policy. */
export type Misdeeds = { foreign: string[]; errors: string[] };

/** A new page on the service, watched from its first request on. */
export async function openPage(
  browser: Browser,
  url: string,
  options: { width?: number; height?: number; theme?: 'light' | 'dark' } = {},
): Promise<{ page: Page; misdeeds: Misdeeds }> {
  const { width = 1000, height = 640, theme = 'light' } = options;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme });
  page.setDefaultTimeout(45_000);
  const misdeeds: Misdeeds = { foreign: [], errors: [] };
  const origin = new URL(url).origin;
  page.on('request', (request) => {
    const target = request.url();
    if (!target.startsWith(origin) && !/^(data|blob):/.test(target)) misdeeds.foreign.push(target);
  });
  page.on('pageerror', (error) => misdeeds.errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') misdeeds.errors.push(message.text());
  });
  await page.goto(url);
  return { page, misdeeds };
}

/** Resolves when the map has drawn its areas. */
export async function mapReady(page: Page): Promise<void> {
  await page.waitForFunction(() => document.documentElement.dataset.mapReady === 'true');
}

/** Resolves when a live message later than the one now applied was applied. */
export async function nextLiveMessage(page: Page, act: () => Promise<unknown>): Promise<void> {
  const before = await page.evaluate(() => document.documentElement.dataset.liveSeq);
  await act();
  await page.waitForFunction((seq) => document.documentElement.dataset.liveSeq !== seq, before);
}
