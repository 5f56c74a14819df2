import type { Socket } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anEvent } from '../helper/service.ts';
import {
  faultsOf,
  launchBrowser,
  mapReady,
  nextLiveMessage,
  openPage,
  startVisit,
  type Visit,
} from './browser.ts';

// The real page against the real service, in a real browser.

/** Connections that the service holds. */
const sockets = new Set<Socket>();

const number = (text: string | null) => Number((text ?? '').replace(/[^\d]/g, ''));
const counter = async (page: Page, name: string) =>
  number(await page.getByTestId(`counter-${name}`).textContent());

const visit: Visit = startVisit(async (service) => {
  service.app.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const wards = (await service.get('/api/v1/areas')).body.features.map((feature: any) => feature.id);
  // Every ward has some learners, the first wards more than the last, so that there is something to rank and colour.
  const events = wards.flatMap((ward: string, i: number) =>
    Array.from({ length: 6 + Math.floor((168 - i) / 6) }, (_, n) =>
      anEvent({ ward, home_ward: ward, learner_id: `${ward}-${n}`, learner_id_type: 'card' }),
    ),
  );
  expect((await service.send(events)).body.accepted).toBe(events.length);
});

describe('the page', () => {
  it('draws the city with today’s figures, asks nothing of anybody else, and has no error', async () => {
    const { page, misdeeds } = await visit.open('', { width: 1200 });
    await mapReady(page);
    const { body: today } = await visit.service.get('/api/v1/coverage');
    expect(await counter(page, 'events')).toBe(today.city.events);
    expect(await counter(page, 'minutes')).toBe(today.city.minutes);
    expect(await page.getByTestId('rank-row').count()).toBe(168);
    expect(await page.getByTestId('legend').first().isVisible()).toBe(true);
    expect(await page.getByTestId('schematic-band').textContent()).toMatch(/Sơ đồ/);
    expect(await page.getByTestId('open-badge').isVisible()).toBe(true);
    // The map is drawn: its pixels are many colours, not one.
    const picture = await page.locator('canvas').first().screenshot();
    expect(picture.length).toBeGreaterThan(8_000);
    expect(misdeeds).toEqual({ foreign: [], errors: [] });
    await page.close();
  });

  it('finds a ward typed without accents and opens its card, by keyboard alone; the address brings it back', async () => {
    const { page } = await visit.open();
    await page.getByTestId('rank-row').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('khanh hoi');
    await page.getByTestId('search-hit').first().waitFor();
    await page.keyboard.press('Enter');
    const card = page.getByTestId('ward-card');
    await card.waitFor();
    expect(await card.getAttribute('data-code')).toBe('27265');
    expect(await card.textContent()).toMatch(/94\.507/);
    expect(page.url()).toMatch(/area=27265/);
    await page.reload();
    await card.waitFor();
    expect(await card.getAttribute('data-code')).toBe('27265');
    await page.keyboard.press('Escape');
    await card.waitFor({ state: 'detached' });
    await page.close();
  });

  it('ranks as the API does and follows the source filter', async () => {
    const { page } = await visit.open('/?window=today&figure=rate');
    const { body } = await visit.service.get('/api/v1/coverage');
    const byRate = [...body.areas].sort((a: any, b: any) => a.rate - b.rate);
    await page.getByTestId('rank-row').first().waitFor();
    expect(await page.getByTestId('rank-row').first().getAttribute('data-code')).toBe(byRate[0].code);
    await page.goto(`${visit.service.url}/?window=today&figure=rate&source=online_course`);
    await page.getByTestId('rank-row').first().waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll('[data-testid="rank-value"]')].every((value) =>
        /^0/.test(value.textContent ?? ''),
      ),
    );
    await page.close();
  });

  it('speaks English, keeps to the dark theme, leaves no Vietnamese word of its own behind, and is accessible', async () => {
    const { page } = await visit.open('/?lang=en&theme=dark&area=27265');
    await page.getByTestId('ward-card').waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    const legend = (await page.getByTestId('legend').first().textContent()) ?? '';
    expect(legend).toMatch(/per 1,000/i);
    expect(legend).not.toMatch(/người|dân|lượt/);
    expect(await faultsOf(page)).toEqual([]);
    await page.close();
  });

  it('on a phone has nothing wider than the screen, and the map, the legend and the list within reach', async () => {
    const { page } = await visit.open('', { width: 390, height: 780 });
    await mapReady(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await page.getByTestId('sheet').isVisible()).toBe(true);
    expect(await page.getByTestId('as-of').isVisible()).toBe(true);
    await page.close();
  });

  it.each([
    ['vi', 'light', 'map'],
    ['vi', 'dark', 'table'],
    ['en', 'light', 'table'],
  ])('has no serious accessibility fault in %s, %s, as a %s', async (lang, theme, view) => {
    const { page } = await visit.open(`/?lang=${lang}&theme=${theme}&view=${view}&area=27265`);
    await page
      .getByTestId(view === 'map' ? 'ward-card' : 'table-row')
      .first()
      .waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.close();
  });
});

describe('a page that stays open', () => {
  let page: Page;
  beforeAll(async () => {
    page = (await visit.open()).page;
    await mapReady(page);
  });
  afterAll(() => page?.close());

  it('shows a posted event in its counters with the next live message, and the same figure as the API', async () => {
    const before = await counter(page, 'events');
    await nextLiveMessage(page, () =>
      visit.service.send([anEvent({ ward: '26740' }), anEvent({ ward: '27265' })]),
    );
    await page.waitForFunction(
      (expected) =>
        Number(
          document.querySelector('[data-testid="counter-events"]')?.textContent?.replace(/[^\d]/g, ''),
        ) === expected,
      before + 2,
    );
    expect((await visit.service.get('/api/v1/status')).body.events).toBe(before + 2);
  });

  it('says since when the connection is lost, and shows exact figures when it is back', async () => {
    const before = await counter(page, 'events');
    await page.context().setOffline(true);
    // Cutting the network ends no open socket: end it from the other side, as a dead line does after its timeout.
    for (const socket of sockets) socket.destroy();
    await page.locator('[data-testid="connection"][data-state="lost"]').waitFor();
    await visit.service.send(anEvent({ ward: '26740' }));
    await page.context().setOffline(false);
    await page.locator('[data-testid="connection"][data-state="live"]').waitFor();
    await page.waitForFunction(
      (expected) =>
        Number(
          document.querySelector('[data-testid="counter-events"]')?.textContent?.replace(/[^\d]/g, ''),
        ) === expected,
      before + 1,
    );
  });
});

describe('without WebGL', () => {
  it('shows the same figures as a table, sortable, and says why', async () => {
    const plain = await launchBrowser(['--disable-3d-apis']);
    const { page, misdeeds } = await openPage(plain, `${visit.service.url}/?window=today`);
    await page.getByTestId('table-row').first().waitFor();
    expect(await page.getByTestId('table-row').count()).toBe(168);
    expect(await page.getByTestId('table-why').textContent()).toMatch(/WebGL/);
    const { body } = await visit.service.get('/api/v1/coverage');
    const area = body.areas.find((one: any) => one.code === '27265');
    const row = await page.locator('[data-testid="table-row"][data-code="27265"]').textContent();
    expect(row).toContain(String(area.learners));
    expect(misdeeds.foreign).toEqual([]);
    await plain.close();
  });
});
