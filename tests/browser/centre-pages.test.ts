import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import writeXlsxFile from 'write-excel-file/node';
import { anEvent } from '../helper/service.ts';
import { faultsOf, startVisit, type Visit } from './browser.ts';

// The pages of the people in the centres, built, against the real service, in a real browser.

/** A day in the city's zone that is over, as a list writes it. */
const DAY = new Date(Date.now() - 48 * 3_600_000 + 7 * 3_600_000);
const VI_DAY = `${String(DAY.getUTCDate()).padStart(2, '0')}/${String(DAY.getUTCMonth() + 1).padStart(2, '0')}/${DAY.getUTCFullYear()}`;

const LIST = `\uFEFFDANH SÁCH ĐIỂM DANH;;;;;;;
Ngày;Giờ;Họ tên;CCCD;Phường/xã nơi ở;Hoạt động;Nhóm;Thời lượng (phút);Màu áo
${VI_DAY};18:30;Nguyễn Văn An;79203001234;Phường Khánh Hội;tham dự;người về hưu;90;đỏ
${VI_DAY};18:30;Trần Thị Bình;079 203 001 235;khanh hoi;tham dự;người nội trợ;1h30;
${VI_DAY};18:30;Lê Văn Cường;;Khánh Hội;mượn sách;;;
${VI_DAY};18:30;=1+1;;Khánh Hội;mượn sách;;;
31/02/2026;18:30;Phạm Thị Dung;079203001236;Khánh Hội;tham dự;;90;
${VI_DAY};18:30;Hoàng Em;079203001237;Khánh Hội;bay;;90;
`;

const figure = async (page: Page, id: string) =>
  Number(((await page.getByTestId(id).textContent()) ?? '').replace(/\D/g, ''));
const events = async () => (await visit.service.get('/api/v1/status')).body.events as number;

async function chooseFile(page: Page, name: string, content: Buffer | string): Promise<void> {
  await page.getByTestId('file').setInputFiles({
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(content),
  });
  await page.getByTestId('row').first().waitFor();
}

/** Chooses what holds for the whole list, by keyboard, and waits until so many rows can be sent. */
async function setPlace(page: Page, typed: string, good: number): Promise<void> {
  await page.getByTestId('default-source').fill(typed);
  await page.getByTestId('default-source-hit').first().waitFor();
  await page.keyboard.press('Enter');
  await page.waitForFunction(
    (n) =>
      document.querySelector('[data-testid="tally-good"]')?.textContent?.replace(/\D/g, '') === String(n),
    good,
  );
}

async function send(page: Page): Promise<void> {
  await page.locator('[data-testid="send"]:not(:disabled)').click();
  await page.getByTestId('done').waitFor();
}

async function downloaded(page: Page, button: string): Promise<{ name: string; content: Buffer }> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId(button).click()]);
  return { name: file.suggestedFilename(), content: readFileSync(await file.path()) };
}

const width = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth);

const visit: Visit = startVisit(async (service) => {
  const registered = await fetch(`${service.url}/api/v1/sources/clc-q4-01`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ source: 'centre', name: 'TTHTCĐ Khánh Hội', kind: 'centre', ward: '27265' }),
  });
  expect(registered.status).toBe(200);
  const answer = await service.send([
    anEvent({ source_id: 'clc-q4-01', activity: 'bay' as never }),
    anEvent({ source_id: 'clc-q4-01', ward: '99999' }),
    anEvent({ source_id: 'clc-other', ward: '99998' }),
  ]);
  expect(answer.body.rejected).toHaveLength(3);
});

describe('/upload', () => {
  it('takes a CSV list with Vietnamese headings, shows each problem beside its row, and counts it once', async () => {
    const { page, misdeeds } = await visit.open('/upload');
    const posted: string[] = [];
    page.on('request', (request) => request.method() === 'POST' && posted.push(request.postData() ?? ''));
    await chooseFile(page, 'diem danh.csv', LIST);
    expect(await page.getByTestId('file-name').textContent()).toMatch(/6 dòng, tiêu đề ở dòng 2/);
    expect(await page.getByTestId('unmapped').textContent()).toMatch(/Màu áo/);
    // Nothing says where it was: no row can be sent, and each says why.
    expect(await page.getByTestId('row').first().textContent()).toMatch(/Thiếu nơi gửi/);
    await setPlace(page, 'khanh hoi', 4);
    const row = (line: number) => page.locator(`[data-testid="row"][data-line="${line}"]`);
    expect(await row(3).textContent()).toMatch(/Phường Khánh Hội/);
    expect(await row(3).textContent()).not.toMatch(/Thiếu nơi gửi/);
    expect(await row(7).textContent()).toMatch(/“31\/02\/2026” không đọc được/);
    expect(await row(8).textContent()).toMatch(/“bay” không rõ/);
    await page.getByTestId('only-bad').check();
    expect(await page.getByTestId('row').count()).toBe(2);
    expect(posted).toEqual([]);

    const before = await events();
    await send(page);
    expect(await figure(page, 'sum-accepted')).toBe(4);
    expect(await figure(page, 'sum-not_sent')).toBe(2);
    expect(await events()).toBe(before + 4);
    // Names stay here; the learner went in the body, with its zero back.
    expect(posted.join()).not.toMatch(/Nguyễn|Trần|Dung|Cường/);
    expect(posted.join()).toContain('079203001234');
    expect(page.url()).toBe(`${visit.service.url}/upload`);
    expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);

    // The same list from another file, on a page that remembers nothing.
    await page.reload();
    await chooseFile(page, 'lan hai.csv', LIST.replaceAll(';', ','));
    await setPlace(page, 'clc-q4-01', 4);
    await send(page);
    expect(await figure(page, 'sum-accepted')).toBe(0);
    expect(await figure(page, 'sum-duplicates')).toBe(4);
    expect(await page.getByTestId('done').textContent()).toMatch(/không có gì thay đổi/);
    expect(await events()).toBe(before + 4);

    const refused = await downloaded(page, 'download-refused');
    expect(refused.name).toBe('lan hai-refused.csv');
    const text = refused.content.toString('utf8');
    expect(text.startsWith('\uFEFFNgày,')).toBe(true);
    expect(text).toMatch(/Phạm Thị Dung.*không đọc được/);
    expect(text).not.toContain('Nguyễn Văn An');
    const receipt = (await downloaded(page, 'download-receipt')).content.toString('utf8');
    expect(receipt.trim().split('\r\n')).toHaveLength(5);
    expect(receipt).not.toMatch(/079203|Nguyễn/);

    // An event that was wrong is taken back by its id.
    const event_id = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(receipt)?.[0] ?? '';
    await page.locator('summary').click();
    await page.getByTestId('withdraw-id').fill(event_id);
    await page.getByTestId('withdraw-reason').fill('ghi nhầm');
    await page.getByTestId('withdraw').click();
    await page.getByTestId('withdrawn').waitFor();
    expect(await events()).toBe(before + 3);
    expect(misdeeds).toEqual({ foreign: [], errors: [] });
    await page.close();
  });

  it('takes an XLSX list with its dates and numbers, and a column that is mapped by hand', async () => {
    const text = (value: string) => ({ value, type: String });
    const day = { value: new Date(DAY.toISOString().slice(0, 10)), type: Date, format: 'dd/mm/yyyy' };
    const xlsx = await writeXlsxFile([
      ['Họ và tên', 'Số căn cước', 'Buổi', 'Sĩ số', 'Giờ'].map(text),
      [
        text('Nguyễn Văn An'),
        { value: 79203009999, type: Number },
        day,
        { value: 1, type: Number },
        text('9h'),
      ],
      [text('Lớp 2'), null, day, { value: 30, type: Number }, text('9h')],
    ]).toBuffer();
    const { page } = await visit.open('/upload?lang=en');
    await chooseFile(page, 'list.xlsx', xlsx);
    expect(await page.getByTestId('unmapped').textContent()).toMatch(/Buổi/);
    await page.locator('[data-testid="column"][data-heading="Buổi"]').selectOption('date');
    await setPlace(page, 'clc-q4', 2);
    const before = await events();
    await send(page);
    expect(await figure(page, 'sum-accepted')).toBe(2);
    expect(await events()).toBe(before + 2);
    const day_text = DAY.toISOString().slice(0, 10);
    const { body } = await visit.service.get(
      `/api/v1/activity?level=ward&area=27265&step=hour&from=${day_text}T09:00:00%2B07:00&to=${day_text}T10:00:00%2B07:00`,
    );
    expect(body.points[0]).toMatchObject({ events: 2, headcount: 31 });
    await page.close();
  });

  it('goes on by itself after the network was gone, asks for a key where one is needed, and refuses a file that is no list', async () => {
    const { page } = await visit.open('/upload');
    await page.getByTestId('file').setInputFiles({
      name: 'x.xls',
      mimeType: 'application/vnd.ms-excel',
      buffer: Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
    });
    expect(await page.getByTestId('unreadable').textContent()).toMatch(/\.xls cũ/);
    // More than a batch, so that something is there to go on with.
    const many = [
      'CCCD,Ngày',
      ...Array.from({ length: 1_200 }, (_, i) => `0792100${String(i).padStart(5, '0')},${VI_DAY}`),
    ];
    await chooseFile(page, 'many.csv', many.join('\n'));
    expect(await page.getByTestId('row').count()).toBe(50);
    await setPlace(page, 'khanh hoi', 1_200);
    const before = await events();
    // The first batch arrives and its answer is lost; then the line is dead.
    let lost = false;
    await page.route('**/api/v1/events', async (route) => {
      if (lost) return route.continue();
      lost = true;
      await route.fetch();
      await page.context().setOffline(true);
      return route.abort();
    });
    await page.getByTestId('send').click();
    await page.locator('[data-testid="progress"][data-phase="offline"]').waitFor();
    expect(await events()).toBe(before + 500);
    await page.context().setOffline(false);
    await page.getByTestId('done').waitFor();
    expect(await events()).toBe(before + 1_200);
    expect(await figure(page, 'sum-accepted')).toBe(700);
    expect(await figure(page, 'sum-duplicates')).toBe(500);
    await page.unroute('**/api/v1/events');

    await page.route('**/api/v1/events', (route) =>
      route.request().headers().authorization === 'Bearer a-key'
        ? route.continue()
        : route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{"title":"x"}' }),
    );
    await chooseFile(page, 'many.csv', many.slice(0, 3).join('\n'));
    await page.waitForFunction(
      () => document.querySelector('[data-testid="tally-good"]')?.textContent === '2',
    );
    await page.locator('[data-testid="send"]:not(:disabled)').click();
    await page.getByTestId('ask-key').locator('input').fill('a-key');
    await page.keyboard.press('Enter');
    // Open access knows no keys: this one reaches the service and is refused there.
    await page.getByTestId('ask-key').waitFor();
    expect(await page.evaluate(() => sessionStorage.getItem('lcm.key'))).toBe('a-key');
    await page.close();
  });

  it('gives a template that it reads itself', async () => {
    const { page } = await visit.open('/upload');
    const template = await downloaded(page, 'template-xlsx');
    await chooseFile(page, template.name, template.content);
    expect(await page.getByTestId('unmapped').count()).toBe(0);
    expect(await page.getByTestId('row').count()).toBe(1);
    await page.close();
  });

  it('loads neither the map nor, before a file is chosen, a reader of spreadsheets', async () => {
    const page = await visit.browser.newPage();
    const scripts: string[] = [];
    page.on('request', (request) => scripts.push(request.url()));
    await page.goto(`${visit.service.url}/upload`);
    await page.getByTestId('template-csv').waitFor();
    expect(scripts.filter((url) => /MonitorMap|PlannerScreen|socket\.io/.test(url))).toEqual([]);
    await page.close();
  });
});

describe('/rejects', () => {
  it('shows what was refused and why, filtered by the address, and gives it as CSV', async () => {
    const { page, misdeeds } = await visit.open('/rejects?source=clc-q4-01');
    await page.getByTestId('reject').first().waitFor();
    expect(await page.getByTestId('reject').count()).toBe(2);
    expect(await page.locator('[data-testid="count"][data-reason="unknown_ward"]').textContent()).toMatch(
      /^1 Không có phường/,
    );
    await page.locator('[data-testid="count"][data-reason="bad_activity"]').click();
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="reject"]').length === 1);
    expect(page.url()).toMatch(/source=clc-q4-01&reason=bad_activity/);
    await page.getByTestId('show-record').click();
    expect(await page.getByTestId('record').textContent()).toMatch(/activitybay/);
    const csv = (await downloaded(page, 'download')).content.toString('utf8');
    expect(csv).toMatch(/reason,detail/);
    expect(csv).toMatch(/bad_activity/);
    expect(csv).not.toMatch(/unknown_ward/);
    expect(misdeeds.errors).toEqual([]);
    await page.close();
  });
});

describe('/sources', () => {
  it('lists what only events name, registers it, and says what is wrong beside the field', async () => {
    await visit.service.send(anEvent({ source_id: 'nha-van-hoa-9', ward: '27265' }));
    const { page, misdeeds } = await visit.open('/sources');
    const row = page.locator('[data-testid="place"][data-id="nha-van-hoa-9"]');
    await row.waitFor();
    expect(await row.textContent()).toMatch(/chưa đăng ký/);
    await row.getByTestId('register').click();
    await page.getByTestId('place-kind').selectOption('culture_house');
    await page.getByTestId('place-lon').fill('500');
    await page.getByTestId('place-save').click();
    expect(await page.getByTestId('fault-name').textContent()).toMatch(/Cần điền/);
    expect(await page.getByTestId('fault-lon').textContent()).toMatch(/180/);
    await page.getByTestId('place-name').fill('Nhà văn hóa Phường 9');
    await page.getByTestId('place-lon').fill('');
    await page.getByTestId('place-ward').fill('khanh hoi');
    await page.getByTestId('place-ward-hit').first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByTestId('place-save').click();
    await page.getByTestId('saved').waitFor();
    await page.getByTestId('find').fill('nha van hoa');
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="place"]').length === 1);
    const { body } = await visit.service.get('/api/v1/sources');
    expect(body.sources.find((one: any) => one.source_id === 'nha-van-hoa-9')).toMatchObject({
      name: 'Nhà văn hóa Phường 9',
      kind: 'culture_house',
      ward: '27265',
      registered: true,
    });

    // The register as a file: a semicolon list, one row of which is wrong.
    await page.getByTestId('open-import').click();
    await page.getByTestId('import-file').setInputFiles({
      name: 'so.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(
        'source_id;source;name;kind;ward\nlib-1;centre;Thư viện A;library;27265\nlib-2;centre;B;castle;',
      ),
    });
    expect(await page.getByTestId('import-preview').textContent()).toMatch(/2 dòng, 2 nơi mới/);
    await page.getByTestId('import-send').click();
    const result = await page.getByTestId('imported').textContent();
    expect(result).toMatch(/Đã lưu 1 nơi/);
    expect(result).toMatch(/Dòng 2 \(lib-2\)/);
    const csv = (await downloaded(page, 'download')).content.toString('utf8');
    expect(csv).toMatch(/lib-1,centre,Thư viện A,library/);
    expect(misdeeds.errors).toEqual([]);
    await page.close();
  });
});

describe('the three pages', () => {
  it.each(['upload', 'rejects', 'sources'])(
    '/%s has no serious accessibility fault in either language and theme, and fits a phone',
    async (name) => {
      const { page } = await visit.open(`/${name}`, { width: 390, height: 780 });
      // A colour on its way from one to another is neither.
      await page.emulateMedia({ reducedMotion: 'reduce' });
      if (name === 'upload') await chooseFile(page, 'a.csv', LIST);
      if (name === 'rejects') await page.getByTestId('reject').first().waitFor();
      if (name === 'sources') {
        await page.getByTestId('place').first().waitFor();
        await page.getByTestId('add').click();
      }
      expect(await width(page)).toBeLessThanOrEqual(390);
      expect(await faultsOf(page)).toEqual([]);
      await page.getByTestId('language').click();
      await page.getByTestId('theme').click();
      expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
      // With the menu open, which the keyboard opens and closes.
      await page.getByTestId('nav-button').focus();
      await page.keyboard.press('Enter');
      const current = page.locator('.nav-menu [aria-current="page"]');
      await current.waitFor();
      expect(await current.getAttribute('href')).toMatch(new RegExp(`^/${name}`));
      expect(await width(page)).toBeLessThanOrEqual(390);
      expect(await faultsOf(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await current.waitFor({ state: 'hidden' });
      await page.close();
    },
  );

  it('say so, and how to go on, when the service was updated since the page was opened', async () => {
    const page = await visit.browser.newPage();
    await page.goto(`${visit.service.url}/sources`);
    await page.getByTestId('place').first().waitFor();
    await page.route('**/assets/UploadPage*', (route) => route.fulfill({ status: 404, body: '' }));
    await page.getByTestId('nav-upload').first().click();
    await page.getByTestId('not-loaded').waitFor();
    await page.getByTestId('nav-rejects').first().click();
    await page.getByTestId('total').waitFor();
    await page.getByTestId('nav-upload').first().click();
    await page.getByTestId('not-loaded').waitFor();
    await page.unroute('**/assets/UploadPage*');
    await page.getByTestId('not-loaded').getByRole('button').click();
    await page.getByTestId('template-csv').waitFor();
    await page.close();
  });

  it('are reached from the map and back by keyboard; the map keeps its view', async () => {
    const { page } = await visit.open('/?view=table&window=7d', { width: 1440 });
    await page.getByTestId('table-row').first().waitFor();
    expect(await page.locator('.nav-wide [aria-current="page"]').textContent()).toBe('Bản đồ');
    await page.locator('.nav-wide [data-testid="nav-upload"]').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('file-name').waitFor({ state: 'attached' });
    expect(new URL(page.url()).pathname).toBe('/upload');
    expect(await page.title()).toMatch(/^Gửi danh sách/);
    expect(await page.locator('.nav-wide [aria-current="page"]').textContent()).toBe('Gửi danh sách');
    // Another screen's address keeps its own words when the language changes.
    await page.locator('.nav-wide [data-testid="nav-rejects"]').click();
    await page.getByTestId('filter-reason').selectOption('bad_activity');
    await page.waitForURL(/reason=bad_activity/);
    await page.getByTestId('language').click();
    await page.waitForURL(/reason=bad_activity.*lang=en|lang=en.*reason=bad_activity/);
    await page.locator('.nav-wide [data-testid="nav-planner"]').click();
    await page.getByTestId('table-row').first().waitFor();
    expect(new URL(page.url()).search).toBe('?window=7d&lang=en&view=table');
    await page.close();
  });
});
