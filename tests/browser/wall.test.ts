import type { Socket } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, startOfCityDay } from '../../server/contract/time.ts';
import { cityDate } from '../../server/coverage/window.ts';
import { EVENT_COLUMNS } from '../../server/store/event-row.ts';
import { buildCity } from '../../simulator/city.ts';
import { fillHistory } from '../../simulator/history.ts';
import { scenarioByName } from '../../simulator/scenarios/index.ts';
import { anEvent, startTestService, type TestService } from '../helper/service.ts';
import { faultsOf, launchBrowser, mapReady, openPage } from './browser.ts';

// The leader's pages against the real service: a simulated yesterday, and a campaign that runs on today.

const ID = 'tuan-le';
const TAG = 'lifelong-learning-week-2026';
const TODAY = startOfCityDay(Date.now());
/** Software draws the map: the fewer pixels the sooner. */
const WALL = { width: 960, height: 540 };
const PHONE = { width: 390, height: 780 };
/** More than what is sent below by this much makes the target. */
const TO_TARGET = 40;

let service: TestService;
let browser: Browser;
/** What the wall showed at last: what its replay has to end on. */
let shown_live = 0;
/** Live lines that the service holds. */
const sockets = new Set<Socket>();

const tagged = (ward = '27265') => anEvent({ ward, home_ward: ward, programme: TAG });

/** Events of the campaign from raw rows alone; `to` is exclusive, epoch milliseconds. */
async function recount(to = TODAY + 2 * DAY_MS): Promise<number> {
  const [row] = await service.store.query<{ n: string }>(
    `SELECT toString(sum(sign)) AS n FROM events_raw
     WHERE programme = {tag:String} AND occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
       AND occurred_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')`,
    { tag: TAG, from: TODAY - DAY_MS, to },
  );
  return Number(row?.n);
}

async function put(path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${service.url}/api/v1/${path}`, {
    method: 'PUT',
    headers: { 'content-type': typeof body === 'string' ? 'text/csv' : 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  expect(answer.status, await answer.clone().text()).toBe(200);
}

/** The figure on show, once it is `value`. */
async function shows(page: Page, value: number): Promise<void> {
  await page.locator(`[data-testid="big"][data-value="${value}"]`).waitFor();
}

const figureOf = (page: Page) => page.getByTestId('big').getAttribute('data-value').then(Number);
const asOf = (page: Page) => page.getByTestId('as-of').getAttribute('data-as-of').then(Number);

beforeAll(async () => {
  service = await startTestService();
  service.app.server.on('upgrade', (_request, socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const { services } = service.app;
  await fillHistory({
    city: buildCity({ division: services.geography.division('2025'), seed: '5' }),
    scenario: scenarioByName('lifelong-learning-week'),
    from_ms: TODAY - DAY_MS,
    to_ms: TODAY,
    pseudonymise: services.pipeline.pseudonymise,
    insert: (tsv, token) => service.store.insertTsv('events_raw', EVENT_COLUMNS, tsv, token),
  });
  await services.known.fill();
  await services.recount();
  // The same days of the four weeks before, hour by hour: what the campaign is expected to follow.
  const past = [1, 2, 3, 4].flatMap((week) =>
    Array.from({ length: 48 }, (_, hour) =>
      anEvent({ occurred_at: new Date(TODAY - (7 * week + 1) * DAY_MS + hour * 3_600_000).toISOString() }),
    ),
  );
  expect((await service.send(past)).body.accepted).toBe(past.length);
  await put(`campaigns/${ID}`, {
    name_vi: 'Tuần lễ hưởng ứng học tập suốt đời',
    name_en: 'Lifelong Learning Week',
    programmes: [TAG],
    first_day: cityDate(TODAY - DAY_MS),
    last_day: cityDate(TODAY + DAY_MS),
    targets: { events: (await recount()) + TO_TARGET, learners: null, minutes: null, wards: null },
  });
  await put(`campaigns/${ID}/contacts`, 'ward,name,telephone\n26740,Trần Văn Tư,028 3822 0000\n');
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

describe('the wall', () => {
  it('shows the recount, the same number at the same as-of in two browsers, after a cut exactly the recount, and says when a target is met', async () => {
    const { page, misdeeds } = await openPage(browser, `${service.url}/live/${ID}?wall`, WALL);
    const { page: other } = await openPage(browser, `${service.url}/live/${ID}`, PHONE);
    await mapReady(page);
    const before = await recount();
    expect(before).toBeGreaterThan(1_000);
    await Promise.all([shows(page, before), shows(other, before)]);
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    expect(await page.getByTestId('expected').count()).toBe(1);

    await service.send([tagged(), tagged('26740')]);
    await Promise.all([shows(page, before + 2), shows(other, before + 2)]);
    expect(await recount()).toBe(before + 2);
    expect(await asOf(page)).toBe(await asOf(other));
    expect(await figureOf(page)).toBe(await figureOf(other));

    await page.context().setOffline(true);
    const lost = page.getByTestId('lost-since');
    await lost.waitFor();
    expect(await lost.textContent()).toMatch(/^Mất kết nối từ \d\d:\d\d:\d\d/);
    expect(await page.getByTestId('wall').getAttribute('data-stale')).toBe('true');
    // Cutting the network ends no open socket: end it from the other side, as a dead line does after its timeout.
    for (const socket of sockets) socket.destroy();
    await service.send([tagged(), tagged(), tagged('26740')]);
    await shows(other, before + 5);
    expect(await figureOf(page)).toBe(before + 2);

    await page.context().setOffline(false);
    await shows(page, before + 5);
    await page.locator('[data-testid="wall"][data-stale="false"]').waitFor();
    expect(await lost.count()).toBe(0);
    expect(await recount()).toBe(before + 5);
    expect(await asOf(page)).toBe(await asOf(other));
    expect(misdeeds.foreign).toEqual([]);
    expect(
      misdeeds.errors.filter((text) => !/ERR_INTERNET_DISCONNECTED|WebSocket|Failed to load/.test(text)),
    ).toEqual([]);

    await service.send(Array.from({ length: TO_TARGET }, () => tagged()));
    await page.getByTestId('moment').filter({ hasText: 'Toàn thành phố đạt chỉ tiêu' }).waitFor();
    shown_live = before + 5 + TO_TARGET;
    await Promise.all([shows(page, shown_live), shows(other, shown_live)]);
    await page.close();
    await other.close();
  });

  it('played again ends on the figures that live showed, a simulated day on its own', async () => {
    const live = shown_live;
    const start = encodeURIComponent(new Date(TODAY - DAY_MS).toISOString());
    const { page } = await openPage(browser, `${service.url}/live/${ID}/replay?at=${start}`, WALL);
    const replay = page.getByTestId('replay');
    await page.locator('[data-testid="scrub"]:not([disabled])').waitFor();
    expect(await page.getByTestId('replay-mark').textContent()).toMatch(/PHÁT LẠI/);
    expect(await page.getByTestId('connection').count()).toBe(0);
    await shows(page, 0);
    await page.getByTestId('scrub').focus();
    await page.keyboard.press('End');
    await shows(page, live);
    expect(await replay.getAttribute('data-done')).toBe(await replay.getAttribute('data-frames'));
    expect(await recount()).toBe(live);

    // The simulated day alone, as a link has it: half of it is less than all of it, and it plays on from there.
    const noon = new Date(TODAY - DAY_MS / 2).toISOString();
    const day = `day=${cityDate(TODAY - DAY_MS)}`;
    await page.goto(`${service.url}/live/${ID}/replay?${day}&speed=600&at=${encodeURIComponent(noon)}`);
    await page.locator('[data-testid="replay"][data-done="720"]').waitFor();
    const half = await figureOf(page);
    expect(half).toBeGreaterThan(0);
    await page.getByTestId('play').click();
    await page.waitForFunction(
      (done) => Number((document.querySelector('[data-testid="replay"]') as HTMLElement).dataset.done) > done,
      720,
    );
    await page.getByTestId('scrub').focus();
    await page.keyboard.press('End');
    await page.locator('[data-testid="replay"][data-done="1440"]').waitFor();
    const whole = await figureOf(page);
    expect(whole).toBeGreaterThan(half);
    expect(whole).toBe(await recount(TODAY));
    await page.close();
  });
});

describe('the leader’s pages', () => {
  it('make a campaign by the form, with what is wrong beside its field, and who answers for a ward in place', async () => {
    const { page } = await openPage(browser, `${service.url}/campaigns`, { width: 1000 });
    await page.getByTestId('campaign-new').click();
    await page.getByTestId('campaign-save').click();
    await page.getByTestId('fault-name_vi').waitFor();
    expect(await page.getByTestId('fault-first_day').count()).toBe(1);
    await page.getByTestId('campaign-name_vi').fill('Ngày hội đọc sách');
    expect(await page.getByTestId('campaign-id').inputValue()).toBe('ngay-hoi-doc-sach');
    await page.getByTestId('campaign-name_en').fill('Reading day');
    await page.getByTestId('campaign-first_day').fill('2027-04-21');
    await page.getByTestId('campaign-last_day').fill('2027-04-20');
    await page.getByTestId('campaign-programmes').fill('reading-day-2027');
    await page.keyboard.press('Enter');
    await page.getByTestId('campaign-areas').fill('khanh hoi');
    await page.getByTestId('campaign-areas-hit').first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByTestId('campaign-target-wards').fill('2');
    await page.getByTestId('campaign-save').click();
    await page.getByTestId('fault-last_day').waitFor();
    await page.getByTestId('campaign-last_day').fill('2027-04-23');
    await page.getByTestId('campaign-save').click();
    // Only the service knows how many wards there are in those areas: its words stand beside the same field.
    expect(await page.getByTestId('fault-targets.wards').textContent()).toMatch(/at most 1/);
    await page.getByTestId('campaign-target-wards').fill('1');
    await page.getByTestId('campaign-save').click();
    await page.getByTestId('campaign-saved').waitFor();
    const { body } = await service.get('/api/v1/campaigns/ngay-hoi-doc-sach');
    expect(body).toMatchObject({
      name_vi: 'Ngày hội đọc sách',
      programmes: ['reading-day-2027'],
      areas: ['27265'],
      targets: { events: null, learners: null, minutes: null, wards: 1 },
    });

    await page.locator('[data-id="ngay-hoi-doc-sach"] [data-testid="campaign-contacts"]').click();
    await page.getByTestId('contact-name-27265').fill('Nguyễn Thị Ba');
    await page.getByTestId('contact-telephone-27265').fill('ba');
    await page.getByTestId('contacts-save').click();
    await page.locator('[data-code="27265"] .fault').waitFor();
    await page.getByTestId('contact-telephone-27265').fill('028 3825 1234');
    await page.getByTestId('contacts-save').click();
    await page.getByTestId('contacts-saved').filter({ hasText: 'Đã lưu 1' }).waitFor();
    expect((await service.get('/api/v1/campaigns/ngay-hoi-doc-sach/contacts')).body.contacts).toEqual([
      { ward: '27265', name: 'Nguyễn Thị Ba', telephone: '028 3825 1234' },
    ]);
    await page.close();
  });

  it.each([
    ['vi', 'light', `live/${ID}`, { width: 1000, height: 480 }],
    ['en', 'dark', `live/${ID}`, PHONE],
    ['en', 'dark', `live/${ID}?wall`, WALL],
    ['vi', 'dark', `live/${ID}/replay`, PHONE],
    ['en', 'light', `campaigns?edit=${ID}`, PHONE],
  ])('have no serious accessibility fault in %s, %s, at %s', async (lang, theme, path, size) => {
    const and = path.includes('?') ? '&' : '?';
    const { page } = await openPage(browser, `${service.url}/${path}${and}lang=${lang}&theme=${theme}`, size);
    if (path.startsWith('campaigns')) await page.getByTestId('campaign-form').waitFor();
    else await page.locator('[data-testid="big"]:not([data-value=""])').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(size.width);
    expect(await faultsOf(page)).toEqual([]);
    await page.close();
  });
});
