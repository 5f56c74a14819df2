import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { DAY_MS, startOfCityDay, toCityIso } from '../../server/contract/time.ts';
import { anEvent } from '../helper/service.ts';
import { faultsOf, mapReady, startVisit, type Visit } from './browser.ts';

// The planner's modes against the real service: new stops, two windows with a swipe, weeks of a window, the old division.

const SMALL = { width: 780, height: 480 };
const today = startOfCityDay(Date.now());
const day = (ago: number) => toCityIso(today - ago * DAY_MS).slice(0, 10);
/** Two whole weeks that have ended, and the two before them. */
const NOW = `${day(14)}..${day(1)}`;
/** The ward that fell between the two, and one that did not change. */
const FELL = '27265';
const STAYED = '26740';

const figure = (text: string | null) => Number((text ?? '').replace(/\D/g, ''));
const focused = (page: Page, name: 'testid' | 'code' | 'at') =>
  page.evaluate((key) => (document.activeElement as any)?.dataset[key], name);

/** Presses Tab until the focus is on an element; fails when it never gets there. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let n = 0; n < 150; n += 1) {
    if (await page.evaluate((css) => document.activeElement?.matches(css) ?? false, selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never reaches ${selector}`);
}

/** Resolves with the people newly within reach when figures of exactly the stops on show are there. */
async function planSettled(page: Page): Promise<number> {
  await page.locator('[data-testid="siting-panel"][data-settled="true"]').waitFor();
  return Number(await page.getByTestId('siting-residents').getAttribute('data-value'));
}

async function siting(body: object): Promise<any> {
  const answer = await fetch(`${visit.service.url}/api/v1/siting`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  return answer.json();
}

const visit: Visit = startVisit(async (service) => {
  const wards: any[] = (await service.get('/api/v1/areas')).body.features.map((one: any) => one.properties);
  const events = wards.flatMap(({ code, population }, at) => {
    const learners = 2 + Math.round((population / 10_000) * ([1, 3, 6][at % 3] ?? 1));
    return [20, 6].flatMap((ago) => {
      const count = code === FELL ? (ago === 20 ? 400 : 20) : learners;
      return Array.from({ length: count }, (_, n) =>
        anEvent({
          ward: code,
          home_ward: code,
          learner_id: `${code}-${n}`,
          learner_id_type: 'card',
          occurred_at: toCityIso(today - ago * DAY_MS + 9 * 3_600_000),
          ...(at % 2 === 0 ? { programme: 'reading-2026' } : {}),
        }),
      );
    });
  });
  for (let at = 0; at < events.length; at += 5000)
    expect((await service.send(events.slice(at, at + 5000))).body.rejected).toEqual([]);
  const put = await fetch(`${service.url}/api/v1/sources/bus-7`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ source: 'mobile_library', name: 'Thư viện lưu động 7', kind: 'vehicle' }),
  });
  expect(put.status).toBe(200);
  const report = new URLSearchParams({
    ...{ id: 'bus-7', lat: '10.9', lon: '106.5', speed: '10', bearing: '0' },
    timestamp: String(Math.floor(Date.now() / 1000) - 60),
  });
  expect((await fetch(`${service.url}/osmand?${report}`)).status).toBe(200);
});

describe('the planner’s whole task, by keyboard alone', () => {
  it('finds the underserved ward, reads why, compares, places stops, moves one and leaves with a link', async () => {
    const { page, misdeeds } = await visit.open(`/?window=${NOW}&layers=none`, SMALL);
    await mapReady(page);
    const { body } = await visit.service.get(
      `/api/v1/coverage?from=${encodeURIComponent(`${day(14)}T00:00:00+07:00`)}&to=${encodeURIComponent(toCityIso(today))}`,
    );
    const worst = [...body.areas].sort((a: any, b: any) => b.unreached - a.unreached)[0].code;

    // The first of the ranking, and why.
    await page.keyboard.press('r');
    expect(await focused(page, 'code')).toBe(worst);
    await page.keyboard.press('Enter');
    await page.getByTestId('card-helps').waitFor();
    expect(await page.getByTestId('card-sentence').textContent()).toMatch(/cần thêm/);

    // Against the two weeks before: the card says what changed.
    await page.keyboard.press('Escape');
    await page.keyboard.press('c');
    await page.getByTestId('change-row').first().waitFor();
    await page.keyboard.press('r');
    expect(await focused(page, 'code')).toBe(FELL);
    await page.keyboard.press('Enter');
    expect(await page.getByTestId('card-change').textContent()).toMatch(/giảm [\d,]+ \(−/);
    await page.keyboard.press('Escape');

    // Three new stops.
    await page.keyboard.press('s');
    await page.getByTestId('siting-panel').waitFor();
    await tabTo(page, '[data-testid="siting-count"]');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('3');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="stop-row"]').length === 3);
    const chosen = await planSettled(page);
    expect(chosen).toBeGreaterThan(0);
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="stop-marker"]').length === 3);

    // The second one is taken away to the north-east; the figures follow.
    await tabTo(page, '[data-testid="stop-row"]');
    await page.keyboard.press('ArrowDown');
    const before = await page.getByTestId('stop-row').nth(1).getAttribute('data-lat');
    await page.keyboard.press('Enter');
    for (let n = 0; n < 4; n += 1) await page.keyboard.press('Shift+ArrowUp');
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(
      (was) =>
        Number(document.querySelector('[data-testid="siting-residents"]')?.getAttribute('data-value')) !==
        was,
      chosen,
    );
    const after = Number(await page.getByTestId('stop-row').nth(1).getAttribute('data-lat'));
    expect((after - Number(before)) * 111_195).toBeCloseTo(2_000, -1);
    expect(await page.getByTestId('stop-said').textContent()).toMatch(/^Đang dời điểm A2/);
    await page.keyboard.press('Escape');
    // Still in the mode: Esc ends one thing at a time.
    expect(page.url()).toMatch(/mode=siting/);
    expect(await page.getByTestId('siting-hand').isVisible()).toBe(true);

    // Why not the worst ward, or that it is helped: its card answers.
    await page.getByText(/Vì sao không phải \d+ phường còn lại/).waitFor();
    await tabTo(page, '[data-testid="why-not"] .ward-line');
    const other = await focused(page, 'code');
    await page.keyboard.press('Enter');
    await page.getByTestId('card-siting').waitFor();
    expect(await page.getByTestId('ward-card').getAttribute('data-code')).toBe(other);
    expect(
      (await page.getByTestId('card-siting').locator('li').last().textContent())?.length,
    ).toBeGreaterThan(20);
    await page.keyboard.press('Escape');

    // The link brings the very plan back, to the metre and with the same figures.
    await tabTo(page, '[data-testid="plan-link"]');
    const link = await page.getByTestId('plan-link').inputValue();
    const people = await page.getByTestId('siting-residents').getAttribute('data-value');
    const stops = await page
      .getByTestId('stop-row')
      .evaluateAll((all) => all.map((row: any) => row.dataset.lon));
    expect(link.startsWith(`${visit.service.url}/`)).toBe(true);
    const again = await visit.open(link.slice(visit.service.url.length), SMALL);
    await again.page.getByTestId('siting-residents').waitFor();
    expect(await again.page.getByTestId('siting-residents').getAttribute('data-value')).toBe(people);
    expect(
      await again.page.getByTestId('stop-row').evaluateAll((all) => all.map((row: any) => row.dataset.lon)),
    ).toEqual(stops);
    await again.page.close();

    // And the page to print, from the same keyboard.
    await tabTo(page, '[data-testid="plan-print"]');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.documentElement.dataset.sheetReady === 'true');
    expect(figure(await page.locator('.plan-sheet h1').textContent())).toBeGreaterThan(0);
    expect(await page.locator('.plan-sheet tbody').first().locator('tr').count()).toBe(3);
    const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1');
    expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(1);
    expect(misdeeds.errors).toEqual([]);
    await page.close();
  });
});

describe('siting', () => {
  const A = '106.70000_10.77000*106.65000_10.80000';

  it('gives the service’s own figures, drags a stop with the pointer, and keeps plan A against plan B', async () => {
    const url = `/?window=${NOW}&layers=none&mode=siting&a=${A}&hand=a&lon=106.7&lat=10.79&z=11.5`;
    const { page, misdeeds } = await visit.open(url, { width: 1000, height: 560 });
    await mapReady(page);
    const shown = await planSettled(page);
    const asked = { from: `${day(14)}T00:00:00+07:00`, to: toCityIso(today) };
    const fixed = [
      { lon: 106.7, lat: 10.77 },
      { lon: 106.65, lat: 10.8 },
    ];
    const answer = await siting({ ...asked, fixed });
    expect(shown).toBe(answer.fixed.residents_new);
    expect(await page.getByTestId('siting-curve').getAttribute('data-points')).toBe(
      [answer.fixed.sites[0].residents_added, answer.fixed.residents_new].join(),
    );

    // B begins as A; then its first stop is dragged away.
    await page.getByTestId('plan-keep').click();
    await page.locator('[data-testid="stop-marker"]', { hasText: 'B1' }).waitFor();
    const marker = page.locator('[data-testid="stop-marker"]', { hasText: 'B1' });
    const box = await marker.boundingBox();
    if (!box) throw new Error('B1 has no box');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    const answers = () => page.evaluate(() => performance.getEntriesByName('siting:figures').length);
    const before = await answers();
    await page.mouse.move(box.x - 10, box.y - 8, { steps: 2 });
    // Figures follow while the stop is still held.
    await expect.poll(answers, { timeout: 10_000 }).toBeGreaterThan(before);
    expect(page.url()).not.toMatch(/b=106\.[0-6]/);
    await page.mouse.move(box.x - 40, box.y - 30, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction(() => /b=106\.[0-6]/.test(window.location.search));
    await page.waitForFunction(
      (was) =>
        Number(document.querySelector('[data-testid="siting-residents"]')?.getAttribute('data-value')) !==
        was,
      shown,
    );
    const query = new URL(page.url()).searchParams;
    expect(query.get('a')).toBe('106.7_10.77*106.65_10.8');
    expect(query.get('on')).toBe('b');
    const moved = (query.get('b') ?? '').split('*').map((text) => {
      const [lon, lat] = text.split('_').map(Number);
      return { lon, lat };
    });
    const both = await siting({ ...asked, fixed: moved, against: fixed });
    await page.waitForFunction(
      (n) =>
        Number(document.querySelector('[data-testid="siting-residents"]')?.getAttribute('data-value')) === n,
      both.fixed.residents_new,
    );
    const words = await page.getByTestId('versus-words').textContent();
    const more = Math.abs(both.comparison.residents_more).toLocaleString('vi-VN');
    expect(words).toContain(
      both.comparison.residents_more > 0 ? `B đưa thêm ${more} người` : `B đưa ít hơn A ${more} người`,
    );
    expect(misdeeds.errors).toEqual([]);
    await page.close();
  });

  it('chooses among points of one’s own, and says what cannot be read or chosen', async () => {
    const url = `/?window=${NOW}&mode=siting&from=points&weight=residents&view=table&lang=en`;
    const { page } = await visit.open(url);
    const field = page.locator('textarea[data-testid="siting-points"]');
    await field.fill('10.77, 106.70\nnorth of the market\n106.65 10.80');
    expect(await page.getByText('Could not read line 2').isVisible()).toBe(true);
    await page.getByTestId('siting-points-use').click();
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="stop-row"]').length === 2);
    expect(new URL(page.url()).searchParams.get('points')).toBe('106.7_10.77*106.65_10.8');
    await page.getByTestId('siting-from').selectOption('school');
    await page.getByText('There is nothing to choose from').waitFor();
    await page.close();
  });
});

describe('mobile libraries', () => {
  it('are listed by name, and the one that is chosen is shown and told of on the map', async () => {
    const { page } = await visit.open(`/?window=${NOW}&layers=none&lon=106.75&lat=10.7&z=12`, SMALL);
    await mapReady(page);
    await page.getByTestId('fleet-list').locator('summary').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('fleet-row').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const tip = page.getByTestId('vehicle-tip');
    await tip.waitFor();
    expect(await tip.textContent()).toMatch(/^Thư viện lưu động 7/);
    await page.waitForFunction(() => /lon=106\.[45]/.test(window.location.search));
    await page.close();
  });
});

describe('two windows', () => {
  it('draws both under one swipe that keys move, and says which changes are real', async () => {
    const { page, misdeeds } = await visit.open(`/?window=${NOW}&layers=none&mode=compare`, SMALL);
    await page.waitForFunction(() => document.documentElement.dataset.compareReady === 'true');
    expect(await page.locator('canvas.maplibregl-canvas').count()).toBe(2);
    const row = (code: string) => page.locator(`[data-testid="change-row"][data-code="${code}"]`);
    expect(await row(FELL).getAttribute('data-verdict')).toBe('down');
    expect(await row(STAYED).getAttribute('data-verdict')).toBe('same');
    expect(await row(STAYED).textContent()).toContain('không thay đổi rõ rệt');
    expect(await page.getByTestId('change-counts').textContent()).toContain('167 không rõ rệt');
    const swipe = page.getByTestId('swipe');
    expect(await swipe.getAttribute('aria-valuenow')).toBe('50');
    await swipe.focus();
    await page.keyboard.press('PageUp');
    await page.keyboard.press('ArrowLeft');
    expect(await swipe.getAttribute('aria-valuenow')).toBe('58');
    expect(page.url()).toMatch(/swipe=58/);
    await page.keyboard.press('End');
    expect(await swipe.getAttribute('aria-valuenow')).toBe('100');
    expect(misdeeds.errors).toEqual([]);
    expect(await faultsOf(page)).toEqual([]);
    await page.close();
  });

  it('shows why two windows cannot be compared', async () => {
    const refused = async (before: string) => {
      const { page } = await visit.open(`/?window=${NOW}&mode=compare&view=table&before=${before}`);
      const reason = await page.getByTestId('compare-refused').getAttribute('data-reason');
      const text = await page.getByTestId('compare-refused').textContent();
      await page.close();
      return [reason, text];
    };
    const [length, words] = await refused(`${day(40)}..${day(30)}`);
    expect(length).toBe('length');
    expect(words).toMatch(/dài ngắn khác nhau.*cannot be compared/s);
  });
});

describe('time and division', () => {
  it('walks the weeks of a window by keyboard, under the limits of its last week', async () => {
    const { page } = await visit.open(`/?window=${day(28)}..${day(1)}&layers=none`, {
      ...SMALL,
      motion: true,
    });
    await mapReady(page);
    await page.keyboard.press('w');
    const slider = page.getByTestId('time-slider');
    await slider.waitFor();
    expect(await slider.getAttribute('max')).toBe('3');
    expect(page.url()).toMatch(new RegExp(`at=${day(7)}`));
    const asked = page.waitForRequest((request) => {
      const query = new URL(request.url()).searchParams;
      return query.has('breaks') && query.get('from')?.startsWith(day(14)) === true;
    });
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    await asked;
    expect(page.url()).toMatch(new RegExp(`at=${day(14)}`));
    await page.getByTestId('time-play').click();
    // It goes on by itself to the last week and stops there.
    await page.waitForFunction((last) => window.location.search.includes(`at=${last}`), day(7));
    await page.getByTestId('time-play').waitFor();
    await page.keyboard.press('w');
    await slider.waitFor({ state: 'detached' });
    expect(page.url()).not.toMatch(/at=/);
    await page.close();
  });

  it('does not play by itself for who asked for no motion', async () => {
    const context = await visit.browser.newContext({ reducedMotion: 'reduce', viewport: SMALL });
    const page = await context.newPage();
    await page.goto(`${visit.service.url}/?window=${NOW}&at=${day(7)}&view=map`);
    await page.getByTestId('time-next').waitFor();
    expect(await page.getByTestId('time-play').count()).toBe(0);
    await page.getByTestId('time-previous').click();
    await page.waitForFunction((first) => window.location.search.includes(`at=${first}`), day(14));
    await context.close();
  });

  it('shows the districts before the reform with the residents of 2025, and filters by a programme that events name', async () => {
    const url = `/?window=${NOW}&view=table&division=pre-2025`;
    const { page } = await visit.open(url);
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="table-row"]').length > 20);
    await page.waitForFunction(() => document.querySelector('table')?.getAttribute('aria-busy') === 'false');
    const { body } = await visit.service.get('/api/v1/areas?level=district&division=pre-2025');
    expect(await page.getByTestId('table-row').count()).toBe(body.features.length);
    const first = body.features[0].properties;
    const row = page.locator(`[data-testid="table-row"][data-code="${first.code}"]`);
    expect(await row.textContent()).toContain(first.population.toLocaleString('vi-VN'));
    const asked = page.waitForRequest((request) => /coverage\?.*programme=reading-2026/.test(request.url()));
    await page.getByTestId('filter-programme').selectOption('reading-2026');
    await asked;
    expect(page.url()).toMatch(/programme=reading-2026/);
    await page.close();
  });
});

describe('accessibility of the modes', () => {
  const addressOf = (mode: string, lang: string, theme: string) =>
    `/?window=${NOW}&lang=${lang}&theme=${theme}&a=106.7_10.77&b=106.65_10.8&mode=${mode}`;
  const mustBeSound = async (page: Page, width: number) => {
    expect(await faultsOf(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  };

  it.each([
    ['siting', '[data-testid="why-not"] .ward-line'],
    ['compare', '[data-testid="change-row"]'],
  ])(
    '%s: no serious fault and nothing sticks out, in both languages and themes, wide and on a phone',
    async (mode, drawn) => {
      const { page } = await visit.open(addressOf(`${mode}&view=table`, 'vi', 'light'), {
        width: 1000,
        height: 700,
      });
      await page.locator(drawn).first().waitFor();
      await mustBeSound(page, 1000);
      await page.getByTestId('language').click();
      await page.getByTestId('theme').click();
      await page.waitForFunction(() => document.documentElement.lang === 'en');
      await page.setViewportSize({ width: 390, height: 700 });
      await page.locator(drawn).first().waitFor();
      await mustBeSound(page, 390);
      await page.close();
    },
  );

  it.each([
    ['en', 'dark', 'siting&print=plan'],
    ['vi', 'light', `none&at=${day(7)}`],
  ])('%s, %s, mode=%s: no serious fault, nothing sticks out', async (lang, theme, mode) => {
    const { page } = await visit.open(addressOf(mode, lang, theme), { width: 1000, height: 700 });
    if (mode.startsWith('none')) await page.getByTestId('time-slider').waitFor();
    else await page.waitForFunction(() => document.documentElement.dataset.sheetReady === 'true');
    await mustBeSound(page, 1000);
    await page.close();
  });

  it.each(['vi', 'en'])('the header fits every width, in %s', async (lang) => {
    const { page } = await visit.open(`/?window=${NOW}&view=table&lang=${lang}`);
    await page.getByTestId('open-badge').waitFor({ state: 'attached' });
    for (const width of [721, 800, 860, 900, 940, 1000, 1120, 1200, 1300, 1440, 1600, 1700]) {
      await page.setViewportSize({ width, height: 500 });
      const right = await page
        .getByTestId('theme')
        .evaluate((button) => button.getBoundingClientRect().right - window.innerWidth);
      expect([width, right <= 0]).toEqual([width, true]);
      const crossing = await page.locator('.header').evaluate((header) => {
        const boxes = [...header.children].map((child) => child.getBoundingClientRect());
        return boxes.some((box, at) => at > 0 && box.width > 0 && box.left < (boxes[at - 1]?.right ?? 0) - 1);
      });
      expect([width, crossing]).toEqual([width, false]);
    }
    await page.close();
  });
});
