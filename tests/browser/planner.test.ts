import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anEvent } from '../helper/service.ts';
import { faultsOf, type Misdeeds, mapReady, nextLiveMessage, startVisit, type Visit } from './browser.ts';

// The planner's task against the real service: which dense wards are barely reached, how sure is it, what would help.

/** The 3×3 cell that is dense and barely reached. */
const DENSE_LOW = 6;
/** Software draws the map: the fewer pixels the sooner. */
const SMALL = { width: 780, height: 480 };

async function coverage(): Promise<any> {
  return (await visit.service.get('/api/v1/coverage')).body;
}

/** Codes of a cell's areas, most unreached learners first, as the list has them. */
function rankedIn(body: any, cell: number): string[] {
  return body.areas
    .filter((area: any) => area.class?.index === cell)
    .sort((a: any, b: any) => b.unreached - a.unreached || (a.code < b.code ? -1 : 1))
    .map((area: any) => area.code);
}

const figure = (text: string | null) => Number((text ?? '').replace(/\D/g, ''));

const visit: Visit = startVisit(async (service) => {
  const wards: any[] = (await service.get('/api/v1/areas')).body.features.map(
    ({ properties }: any) => properties,
  );
  // Every third ward has many learners for its residents, every third few: each density has well and barely reached ones.
  const events = wards.flatMap(({ code, population }, at) => {
    const learners = 2 + Math.round((population / 10_000) * ([1, 3, 6][at % 3] ?? 1));
    return Array.from({ length: learners }, (_, n) =>
      anEvent({ ward: code, home_ward: code, learner_id: `${code}-${n}`, learner_id_type: 'card' }),
    );
  });
  expect((await service.send(events)).body.accepted).toBe(events.length);
});

describe('the planner', () => {
  it('finds the first dense and barely reached ward, its card and its brief by keyboard alone', async () => {
    const body = await coverage();
    const expected = rankedIn(body, DENSE_LOW);
    expect(expected.length).toBeGreaterThan(1);
    const { page, misdeeds } = await visit.open('/?window=today', SMALL);
    await mapReady(page);
    expect(await page.getByTestId('rank-row').count()).toBe(168);

    await page.keyboard.press('l');
    const cell = page.locator(`[data-testid="cell"][data-cell="${DENSE_LOW}"]`);
    expect(await cell.evaluate((one) => one === document.activeElement)).toBe(true);
    expect(figure(await cell.textContent())).toBe(expected.length);
    await page.keyboard.press('Enter');
    expect(await cell.getAttribute('aria-pressed')).toBe('true');
    expect(page.url()).toMatch(/cells=6/);

    await page.keyboard.press('r');
    const rows = page.getByTestId('rank-row');
    expect(await rows.evaluateAll((all) => all.map((row: any) => row.dataset.code))).toEqual(expected);
    expect(await page.evaluate(() => (document.activeElement as any)?.dataset.code)).toBe(expected[0]);
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate(() => (document.activeElement as any)?.dataset.code)).toBe(expected[1]);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');

    const card = page.getByTestId('ward-card');
    await card.waitFor();
    expect(await card.getAttribute('data-code')).toBe(expected[0]);
    const area = body.areas.find((one: any) => one.code === expected[0]);
    const sentence = (await page.getByTestId('card-sentence').textContent()) ?? '';
    expect(sentence).toContain(`cần thêm ${Math.round(area.unreached).toLocaleString('vi-VN')} người học`);
    for (const _ of Array.from({ length: 40 })) {
      if (await page.getByTestId('brief').evaluate((link) => link === document.activeElement)) break;
      await page.keyboard.press('Tab');
    }
    const opened = page.context().waitForEvent('page');
    await page.keyboard.press('Enter');
    const brief = new URL((await opened).url());
    expect(brief.pathname).toBe(`/brief/${expected[0]}`);
    expect(brief.searchParams.get('lang')).toBe('vi');

    await page.keyboard.press('Escape');
    await card.waitFor({ state: 'detached' });
    await page.keyboard.press('0');
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="rank-row"]').length === 168);
    expect(page.url()).not.toMatch(/cells=/);
    expect(misdeeds.errors).toEqual([]);
    await page.close();
  });

  it('keeps figure, filter, layers, table and ward in the address; the table has the same figures and the same keys', async () => {
    const body = await coverage();
    const expected = rankedIn(body, DENSE_LOW);
    const { page } = await visit.open(
      `/?window=today&cells=6&layers=none&view=table&by=-unreached&area=${expected[0]}`,
    );
    await page.getByTestId('table-row').first().waitFor();
    await page.waitForFunction(() => document.querySelector('table')?.getAttribute('aria-busy') === 'false');
    const codes = await page
      .getByTestId('table-row')
      .evaluateAll((all) => all.map((row: any) => row.dataset.code));
    expect(codes).toEqual(expected);
    expect(await page.locator('th[aria-sort="descending"]').textContent()).toMatch(/còn thiếu/);
    const area = body.areas.find((one: any) => one.code === expected[0]);
    const row = await page.getByTestId('table-row').first().textContent();
    expect(row).toContain(Math.round(area.unreached).toLocaleString('vi-VN'));
    expect(row).toContain('đông dân, ít người học');
    // Sorted by residents, fewest first: the address follows.
    await page.getByRole('button', { name: 'Dân số' }).click();
    await page.getByRole('button', { name: 'Dân số' }).click();
    await page.waitForFunction(() => /by=population/.test(window.location.search));
    const smallest = expected
      .map((code) => body.areas.find((one: any) => one.code === code))
      .sort((a: any, b: any) => a.population - b.population)[0];
    expect(await page.getByTestId('table-row').first().getAttribute('data-code')).toBe(smallest.code);
    await page.keyboard.press('?');
    const keys = await page.getByTestId('keys').locator('kbd').allTextContents();
    expect(keys).toEqual(expect.arrayContaining(['/', 'r', 'l', 't', '0', 'Esc']));
    await page.keyboard.press('Escape');
    await page.keyboard.press('t');
    await page.waitForFunction(() => !/view=table/.test(window.location.search));
    await page.close();
  });

  it('spends at most 8 ms on a live change', async () => {
    const { page } = await visit.open('/?window=today&figure=events', SMALL);
    await mapReady(page);
    for (let n = 0; n < 6; n += 1) {
      await nextLiveMessage(page, () =>
        visit.service.send([anEvent({ ward: '26740' }), anEvent({ ward: '27265' })]),
      );
    }
    const spent: number[] = await page.evaluate(
      // The measure that live/socket.ts takes around everything the page does for a message.
      () => performance.getEntriesByName('live:apply').map((entry) => entry.duration),
    );
    expect(spent.length).toBeGreaterThanOrEqual(6);
    // Points just seen cost next to nothing: three quarters of the way up are the messages that change figures.
    const price = spent.sort((a, b) => a - b)[Math.floor(spent.length * 0.75)];
    expect(price).toBeLessThan(8);
    await page.close();
  });
});

describe('the map of today', () => {
  let page: Page;
  let misdeeds: Misdeeds;
  beforeAll(async () => {
    ({ page, misdeeds } = await visit.open('/?window=today&lang=en', SMALL));
    await mapReady(page);
  });
  afterAll(() => page?.close());

  it('lists in the legend what is drawn, switches layers, and says of when it is', async () => {
    const legend = page.getByTestId('legend');
    const body = await coverage();
    const cold = body.areas.filter((area: any) => area.cluster?.label === 'low-low').length;
    expect(await legend.locator('[data-mark="cold"]').count()).toBe(cold > 0 ? 1 : 0);
    expect(await legend.locator('[data-mark="no_data"]').count()).toBe(0);
    const counts = await page.getByTestId('cell').allTextContents();
    expect(counts.reduce((sum, text) => sum + figure(text), 0)).toBe(168);
    expect(await legend.getByTestId('figures-as-of').textContent()).toMatch(/as of \d/);
    await page.getByTestId('layer-residents').check();
    expect(page.url()).toMatch(/layers=places%2Cresidents/);
    await legend.getByText('8,000 residents').waitFor();
    expect(misdeeds).toEqual({ foreign: [], errors: [] });
  });

  it('gives the map away as a picture with its legend, and the figures as CSV', async () => {
    await page.getByTestId('take').click();
    const [picture] = await Promise.all([
      page.waitForEvent('download'),
      page.getByTestId('take-png').click(),
    ]);
    expect(picture.suggestedFilename()).toMatch(/^coverage-map-ward-\d{4}-\d\d-\d\d\.png$/);
    const bytes = readFileSync(await picture.path());
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    // As wide as the map that the ranking leaves, and of many colours: a blank picture packs into next to nothing.
    expect(bytes.readUInt32BE(16)).toBe(SMALL.width - 376);
    expect(bytes.length).toBeGreaterThan(15_000);
    const [table] = await Promise.all([page.waitForEvent('download'), page.getByTestId('take-csv').click()]);
    const lines = readFileSync(await table.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(169);
    expect(lines[0]).toMatch(/unreached/);
  });
});

describe('the method page', () => {
  it('is linked from a figure, opens at it, and gives the limits in use', async () => {
    const body = await coverage();
    const { page } = await visit.open('/?window=today&lang=en&view=table&area=27265');
    await page.getByTestId('ward-card').waitFor();
    await page.getByRole('link', { name: /How it is computed: unreached learners/ }).click();
    await page.locator('#unreached').waitFor();
    expect(page.url()).toMatch(/\/method\?lang=en#unreached$/);
    await page.locator('#class [data-testid="method-live"]').waitFor();
    const limit = Math.round(body.breaks.class_density[0]).toLocaleString('en-GB');
    expect(await page.locator('#class').textContent()).toContain(limit);
    await page.close();
  });

  it.each([
    ['vi', 'light', '/method'],
    ['en', 'dark', '/method'],
    ['vi', 'dark', '/'],
    ['en', 'light', '/'],
  ])('and the planner have no serious accessibility fault in %s, %s at %s', async (lang, theme, path) => {
    const query = `lang=${lang}&theme=${theme}${path === '/' ? '&window=today&cells=6' : ''}`;
    const { page } = await visit.open(`${path}?${query}`);
    await (path === '/'
      ? page.getByTestId('cells-filter')
      : page.getByTestId('method-live').first()
    ).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.close();
  });
});
