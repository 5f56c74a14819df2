import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anEvent, startTestService, type TestService } from '../helper/service.ts';
import { faultsOf, launchBrowser, openPage } from './browser.ts';

// The workbench against the real service: questions in SQL, their results as table, chart and map.

let service: TestService;
let browser: Browser;

const SIZE = { width: 1100, height: 700 };
const DAY_MS = 86_400_000;

const address = (sql: string, more = '') => `${service.url}/sql?q=${encodeURIComponent(sql)}${more}`;

/** Resolves when the run on show has ended in a phase. */
async function ended(page: Page, phase: 'done' | 'failed' | 'cancelled' = 'done'): Promise<void> {
  await page.locator(`[data-testid="run-status"][data-phase="${phase}"]`).waitFor();
}

/** Writes another query, as somebody types it: the editor's own keys, no closing brackets of its own. */
async function write(page: Page, sql: string): Promise<void> {
  await page.getByTestId('editor').focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(sql);
}

/** The value of a result of one row and one column. */
async function onlyValue(page: Page): Promise<string> {
  const cells = page.locator('[data-testid="grid-row"] [role="gridcell"]');
  await cells.first().waitFor();
  expect(await cells.count()).toBe(1);
  return (await cells.first().textContent()) ?? '';
}

beforeAll(async () => {
  service = await startTestService();
  const wards: string[] = (await service.get('/api/v1/areas')).body.features.map((one: any) => one.id);
  const events = wards.flatMap((ward, at) =>
    Array.from({ length: 6 + (at % 7) }, (_, n) =>
      anEvent({
        ward,
        home_ward: ward,
        learner_id: `${ward}-${n}`,
        learner_id_type: 'card',
        learner_group: n % 2 ? ['retiree'] : ['youth'],
        occurred_at: new Date(Date.now() - (1 + ((at + n) % 60)) * DAY_MS).toISOString(),
      }),
    ),
  );
  expect((await service.send(events)).body.accepted).toBe(events.length);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

describe('the workbench', () => {
  it('opens with an example that has run, switches language, runs by Ctrl-Enter, and says where an error is', async () => {
    const { page, misdeeds } = await openPage(browser, `${service.url}/sql`, SIZE);
    await ended(page);
    expect(await page.getByTestId('example').count()).toBe(12);
    await page.getByTestId('tab-table').click();
    expect(await page.getByTestId('grid-row').count()).toBeGreaterThanOrEqual(2);
    await page.getByTestId('tab-chart').click();
    await page.locator('[data-testid="chart"] canvas').waitFor();
    await page.getByTestId('language').click();
    await page.getByRole('tab', { name: 'Chart' }).waitFor();
    expect(await page.getByTestId('sheet-about').textContent()).toMatch(/[a-z]{4,}/);
    expect(await faultsOf(page)).toEqual([]);
    expect(misdeeds).toEqual({ foreign: [], errors: [] });

    await page.getByTestId('tab-table').click();
    await write(page, 'SELECT 40 + {n:UInt8} AS answer');
    await page.getByTestId('parameter-n').fill('2');
    await page.getByTestId('editor').focus();
    await page.keyboard.press('Control+Enter');
    await page.locator('[data-testid="grid-column"] b', { hasText: 'answer' }).waitFor();
    expect(await onlyValue(page)).toBe('42');
    const query = new URL(page.url()).searchParams;
    expect([query.get('q'), query.get('p_n'), query.get('lang')]).toEqual([
      'SELECT 40 + {n:UInt8} AS answer',
      '2',
      'en',
    ]);

    await write(page, 'SELECT count() FROM events WHERE nosuchcolumn = 1');
    await page.keyboard.press('Control+Enter');
    await ended(page, 'failed');
    const underlined = page.locator('.cm-lintRange-error').first();
    await underlined.waitFor();
    expect(await underlined.textContent()).toBe('nosuchcolumn');
    expect(await page.getByTestId('problem').textContent()).toMatch(/Line 1, column 34[\s\S]*nosuchcolumn/);
    // What the sandbox refuses says why in words, before anything runs.
    await write(page, "SELECT * FROM url('http://example.org')");
    await page.keyboard.press('Control+Enter');
    await page.locator('[data-testid="problem"][data-reason$="function"]').waitFor();
    expect(await page.getByTestId('problem').textContent()).toMatch(/function is not allowed/);
    await page.locator('.cm-lintRange-error', { hasText: /^url$/ }).waitFor();
    await page.close();
  });

  it('cancels a long query, in the engine as well', async () => {
    const { page } = await openPage(
      browser,
      address('SELECT sum(sipHash64(number, 1)) FROM numbers(1999000000)'),
      SIZE,
    );
    await page.getByTestId('cancel').waitFor();
    await page.waitForFunction(() =>
      /đã đọc [^0]/.test(document.querySelector('[data-testid="run-status"]')?.textContent ?? ''),
    );
    await page.getByTestId('cancel').click();
    await ended(page, 'cancelled');
    const record = '/api/v1/queries/log?state=cancelled';
    await expect
      .poll(async () => (await service.get(record)).body.queries.length, { interval: 100, timeout: 10_000 })
      .toBe(1);
    expect((await service.get('/api/v1/queries')).body.running).toEqual([]);
    await page.close();
  });

  it('scrolls 100,000 rows to the last one, sorts and copies them, and exports all', async () => {
    const { page } = await openPage(
      browser,
      address('SELECT number AS n, toString(number) AS word FROM numbers(100123)'),
      SIZE,
    );
    await ended(page);
    expect(await page.getByTestId('result').getAttribute('data-rows')).toBe('100000');
    expect(await page.getByTestId('result-more').isVisible()).toBe(true);
    expect(await page.getByTestId('grid-row').count()).toBeLessThan(80);
    await page.getByTestId('grid').focus();
    await page.keyboard.press('End');
    const last = page.locator('[data-testid="grid-row"][data-at="99999"]');
    await last.waitFor();
    expect(await last.locator('[role="gridcell"]').allTextContents()).toEqual(['99.999', '99999']);
    expect(await page.locator('[role="gridcell"].active').textContent()).toBe('99.999');
    // The heads stay in sight; a click on one sorts what is loaded, greatest number first.
    await page.getByTestId('grid-column').first().click();
    await page.keyboard.press('Home');
    const first = page.locator('[data-testid="grid-row"][data-at="0"] [role="gridcell"]');
    await first.first().waitFor();
    expect(await first.first().textContent()).toBe('99.999');
    const copied = await page.getByTestId('grid').evaluate((grid) => {
      const data = new DataTransfer();
      grid.dispatchEvent(
        new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true }),
      );
      return data.getData('text/plain');
    });
    expect(copied).toBe('99999');
    await page.getByTestId('take').click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-csv').click()]);
    const lines = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\n');
    expect(lines).toHaveLength(100_124);
    expect(lines.at(-1)).toBe('100122,"100122"');
    expect(file.suggestedFilename()).toMatch(/\.csv$/);
    await page.close();
  });

  it('draws a column of ward codes on the map with a legend', async () => {
    const sql = 'SELECT ward, count() AS events FROM events GROUP BY ward';
    const { page, misdeeds } = await openPage(browser, address(sql, '&lang=en&theme=dark'), SIZE);
    await ended(page);
    await page.getByTestId('tab-map').click();
    await page.locator('[data-testid="map-box"][data-drawn="true"]').waitFor();
    expect(await page.getByTestId('map-places').textContent()).toMatch(/168 areas/);
    expect(await page.locator('[data-testid="map-legend"] li').count()).toBeGreaterThanOrEqual(3);
    expect((await page.getByTestId('map-box').screenshot()).length).toBeGreaterThan(8_000);
    expect(await faultsOf(page)).toEqual([]);
    expect(misdeeds).toEqual({ foreign: [], errors: [] });
    await page.close();
  });

  it('opens a figure of the planner as SQL that gives the same value', async () => {
    const { page } = await openPage(browser, `${service.url}/?view=table&area=27265`, SIZE);
    const link = page.locator(
      '[data-testid="ward-card"] [data-testid="open-figure-sql"][data-figure="events"]',
    );
    await link.waitFor();
    const from = new URL((await link.getAttribute('href')) ?? '', service.url).searchParams.get('from') ?? '';
    const coverage = (await service.get(`/api/v1/coverage?from=${encodeURIComponent(from)}`)).body;
    const events = coverage.areas.find(({ code }: any) => code === '27265').events;
    expect(events).toBeGreaterThan(0);
    await link.click();
    await page.waitForURL(/\/sql\?q=/);
    await ended(page);
    expect(await onlyValue(page)).toBe(String(events));
    expect(await page.getByTestId('figure-about').textContent()).toContain(`: trang đã ghi ${events}`);
    await page.close();
  });

  it('keeps and shares a query by its link, and stacks on a phone with the schema in a drawer', async () => {
    const { page } = await openPage(browser, address('SELECT {n:UInt8} + 1 AS next', '&p_n=6&lang=en'), {
      width: 390,
      height: 760,
    });
    await ended(page);
    await page.getByTestId('open-save').click();
    await page.getByTestId('save-name').fill('Số kế tiếp');
    await page.getByTestId('save-shared').check();
    await page.getByTestId('save-now').click();
    await page.getByTestId('saved-note').waitFor();
    await page.goto(`${service.url}/sql?saved=so-ke-tiep&lang=en`);
    await ended(page);
    expect(await onlyValue(page)).toBe('7');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await faultsOf(page)).toEqual([]);
    await page.getByTestId('open-drawer').click();
    await page.getByTestId('history-entry').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('open-schema').click();
    await page.getByTestId('schema-find').fill('density_per_km2');
    await page.getByTestId('insert-column').first().click();
    expect(await page.getByTestId('editor').textContent()).toContain('density_per_km2');
    await page.getByTestId('language').click();
    await page.getByTestId('theme').click();
    await page.getByTestId('open-schema').click();
    await page.getByTestId('schema-table').first().waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.close();
  });
});

describe('the dashboard for Grafana', () => {
  const dashboard = JSON.parse(
    readFileSync(new URL('../../docs/grafana/learning-city.json', import.meta.url), 'utf8'),
  );
  const targets: { rawSql: string; title: string }[] = dashboard.panels.flatMap((panel: any) =>
    panel.targets.map((target: any) => ({ rawSql: target.rawSql, title: panel.title })),
  );

  it('asks only what the service answers', async () => {
    expect(targets.length).toBeGreaterThanOrEqual(8);
    // What the data source puts in for its macros (grafana-clickhouse-datasource, macros).
    const seconds = Math.floor(Date.now() / 1000);
    for (const { rawSql, title } of targets) {
      const sql = rawSql
        .replaceAll('$__fromTime', `toDateTime(${seconds - 7 * 86_400})`)
        .replaceAll('$__toTime', `toDateTime(${seconds})`);
      const answer = await fetch(`${service.url}/clickhouse?default_format=JSONCompact`, {
        method: 'POST',
        body: sql,
      });
      const text = await answer.text();
      expect([title, answer.status, answer.ok ? '' : text]).toEqual([title, 200, '']);
    }
  });
});
