import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { startTestService, type TestService } from '../helper/service.ts';
import { BROWSER_FLAGS, provideBrowser } from './find-browser.ts';

/** The browser that the tests drive, drawing WebGL in software. */
export function launchBrowser(extraFlags: string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: provideBrowser(), args: [...BROWSER_FLAGS, ...extraFlags] });
}

/** The service and the browser of a test file: there from its first hook after this one to its end. */
export type Visit = {
  service: TestService;
  browser: Browser;
  /** Opens a page of the service by its path and query. */
  open(path?: string, options?: PageOptions): Promise<{ page: Page; misdeeds: Misdeeds }>;
};

/** Starts one service and one browser for all tests of a file, side by side, and `fill`s the service before the first. */
export function startVisit(fill: (service: TestService) => Promise<void>): Visit {
  const visit = {
    open: (path = '', options?: PageOptions) =>
      openPage(visit.browser, `${visit.service.url}${path}`, options),
  } as Visit;
  beforeAll(async () => {
    const launched = launchBrowser();
    visit.service = await startTestService();
    visit.browser = await launched;
    await fill(visit.service);
  });
  afterAll(async () => {
    await visit.browser?.close();
    await visit.service?.stop();
  });
  return visit;
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** The serious and critical faults that axe finds in a page as it is, one line each. */
export async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(AXE, 'utf8'));
  return page.evaluate(async () => {
    const { violations } = await (window as any).axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter((fault: any) => fault.impact === 'serious' || fault.impact === 'critical')
      .map((fault: any) => `${fault.id}: ${fault.nodes.map((node: any) => node.target).join(', ')}`);
  });
}

/** What a page did that it should not: requests elsewhere, errors, refusals of its own security policy. */
export type Misdeeds = { foreign: string[]; errors: string[] };

export type PageOptions = {
  width?: number;
  height?: number;
  theme?: 'light' | 'dark';
  /** Animations, which software WebGL draws frame by frame; without them unless a test is about them. */
  motion?: boolean;
};

/** A new page on the service, watched from its first request on. */
export async function openPage(
  browser: Browser,
  url: string,
  options: PageOptions = {},
): Promise<{ page: Page; misdeeds: Misdeeds }> {
  const { width = 1000, height = 640, theme = 'light', motion = false } = options;
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: motion ? 'no-preference' : 'reduce',
  });
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
