import { randomUUID } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../server/access/keys.ts';
import { AreaFiguresSchema } from '../../server/contract/coverage.ts';
import { DAY_MS, startOfCityDay, toCityIso } from '../../server/contract/time.ts';
import { flatColumns } from '../../server/exports/flat-columns.ts';
import { anEvent, startTestService, type TestService } from '../helper/service.ts';

// One busy ward, one beside it, one with few learners; what a planner and a council take away.

const ADMIN_KEY = 'the-admin-key-of-the-test-0123456789';
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const admin = bearer(ADMIN_KEY);
const BUSY = '27265'; // Khánh Hội
const BESIDE = '27259'; // Xóm Chiếu
const FEW = '27286'; // Vĩnh Hội
const today = startOfCityDay(Date.now());
const [from, to] = [toCityIso(today - 14 * DAY_MS), toCityIso(today)];
const window = `from=${from}&to=${to}`.replaceAll('+', '%2B');

let service: TestService;
let viewer: Record<string, string>;

const get = (url: string, headers: Record<string, string> = admin) => service.get(url, headers);
const rowsOf = (csv: string) => parse(csv, { columns: true, bom: true }) as Record<string, string>[];

beforeAll(async () => {
  service = await startTestService({ ADMIN_KEY });
  viewer = bearer((await createKey(service.store, { role: 'viewer', name: 'viewer' })).key);
  const learn = (ward: string, count: number, day = 2) =>
    Array.from({ length: count }, (_, i) =>
      anEvent({
        ward,
        home_ward: ward,
        learner_id: randomUUID(),
        learner_group: [i % 2 === 0 ? 'retiree' : 'worker'],
        occurred_at: toCityIso(today - day * DAY_MS + 9 * 3_600_000),
      }),
    );
  const events = [...learn(BUSY, 400), ...learn(BUSY, 3, 9), ...learn(BESIDE, 20), ...learn(FEW, 2)];
  const sent = await service.send(events, admin);
  expect(sent.body.accepted).toBe(events.length);
  const place = {
    source: 'centre',
    kind: 'centre',
    lon: 106.706,
    lat: 10.759,
    hours: 'Mo-Su 08:00-20:00',
    seats: 40,
  };
  const answer = await fetch(`${service.url}/api/v1/sources/clc-1`, {
    method: 'PUT',
    headers: { ...admin, 'content-type': 'application/json' },
    body: JSON.stringify({ ...place, name: 'Trung tâm <b>Khánh Hội</b> & bạn' }),
  });
  expect(answer.status).toBe(200);
});
afterAll(() => service.stop());

describe('coverage.csv', () => {
  test('one row an area with every figure of coverage, and what it is part of', async () => {
    const { body, headers, status } = await get(`/api/v1/coverage.csv?${window}`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="coverage-ward-${from.slice(0, 10)}-${to.slice(0, 10)}.csv"`,
    );
    const rows = rowsOf(body);
    const coverage = (await get(`/api/v1/coverage?${window}`)).body;
    expect(rows).toHaveLength(168);
    for (const [i, row] of rows.entries()) {
      const figures = coverage.areas[i];
      for (const { name, path } of flatColumns(AreaFiguresSchema)) {
        const value = path.reduce((at: any, key) => at?.[key], figures);
        expect(row[name], name).toBe(String(value ?? (name === 'suppressed' ? false : '')));
      }
    }
    expect(rows.find((row) => row.code === BUSY)).toMatchObject({
      name: 'Phường Khánh Hội',
      name_en: 'Khanh Hoi Ward',
      parent: '773',
      learners: '403',
      level: 'ward',
      division: '2025',
      from,
      to,
      as_of: coverage.as_of,
      population_source: coverage.population_source,
      population_date: coverage.population_date,
    });
  });

  test('starts with a byte order mark unless it is left out', async () => {
    const bytes = async (query: string) =>
      Buffer.from(
        await (await fetch(`${service.url}/api/v1/coverage.csv?${query}`, { headers: admin })).arrayBuffer(),
      );
    expect([...(await bytes(window)).subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect((await bytes(`${window}&bom=false`)).subarray(0, 5).toString()).toBe('code,');
  });

  test('is filtered and named as it was asked for', async () => {
    const { body, headers } = await get(
      `/api/v1/coverage.csv?${window}&level=district&group=retiree&programme=Tu%E1%BA%A7n%20l%E1%BB%85/../x`,
    );
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="coverage-district-${from.slice(0, 10)}-${to.slice(0, 10)}-retiree-Tunlx.csv"`.replace(
        'Tunlx',
        'Tuanlex',
      ),
    );
    const rows = rowsOf(body);
    expect(rows).toHaveLength(24);
    expect(rows[0]).toMatchObject({ group: 'retiree', programme: 'Tuần lễ/../x', level: 'district' });
  });

  test('a programme that a spreadsheet would run does not', async () => {
    const { body } = await get(`/api/v1/coverage.csv?${window}&programme==1%2B1`);
    expect(rowsOf(body)[0]?.programme).toBe("'=1+1");
  });

  test('few people are hidden from a viewer: empty cells, marked', async () => {
    const rows = rowsOf((await get(`/api/v1/coverage.csv?${window}`, viewer)).body);
    const of = (code: string) => rows.find((row) => row.code === code);
    for (const code of [FEW, BESIDE])
      expect(of(code)).toMatchObject({ learners: '', events: '', rate: '', rate_eb: '', suppressed: 'true' });
    expect(of(BUSY)).toMatchObject({ learners: '405', suppressed: 'false' });
  });
});

describe('coverage.geojson', () => {
  test('areas with outlines and every figure, and what the answer says of itself', async () => {
    const { body, headers } = await get(`/api/v1/coverage.geojson?${window}`);
    expect(headers.get('content-type')).toContain('application/geo+json');
    expect(headers.get('content-disposition')).toMatch(/filename="coverage-ward-.*\.geojson"$/);
    const coverage = (await get(`/api/v1/coverage?${window}`)).body;
    const { areas, lag_ms: _lag, ...frame } = coverage;
    expect(body).toMatchObject({ type: 'FeatureCollection', boundary: 'schematic', source: null, ...frame });
    expect(body.features).toHaveLength(168);
    const busy = body.features.find((one: any) => one.id === BUSY);
    const row = areas.find((one: any) => one.code === BUSY);
    expect(busy.properties).toMatchObject({
      name: 'Phường Khánh Hội',
      learners: 403,
      rate_eb: row.rate_eb,
      class_index: row.class.index,
      suppressed: false,
    });
    expect(busy.geometry.type).toMatch(/Polygon$/);
  });

  test('few people are hidden from a viewer', async () => {
    const { body } = await get(`/api/v1/coverage.geojson?${window}`, viewer);
    const few = body.features.find((one: any) => one.id === FEW);
    expect(few.properties).toMatchObject({ learners: null, events: null, rate: null, suppressed: true });
  });
});

describe('every export', () => {
  const urls = ['/api/v1/coverage.csv', '/api/v1/coverage.geojson', `/brief/${BUSY}`];

  test.each(urls)('%s is not sent again unchanged, and never from a shared cache', async (url) => {
    const first = await get(`${url}?${window}`, viewer);
    const etag = first.headers.get('etag') ?? 'none';
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    expect(first.headers.get('vary')).toContain('authorization');
    const again = await get(`${url}?${window}`, { ...viewer, 'if-none-match': etag });
    expect([again.status, again.body]).toEqual([304, '']);
    expect((await get(`${url}?${window}`, { ...admin, 'if-none-match': etag })).status).toBe(200);
  });

  test.each(urls)('%s asks for a key, and gives a viewer whole days only', async (url) => {
    expect((await get(`${url}?${window}`, {})).status).toBe(401);
    const hours = window.replace('T00:00:00%2B07:00&to', 'T01:00:00%2B07:00&to');
    const { status, body } = await get(`${url}?${hours}`, viewer);
    expect(status).toBe(400);
    expect(body.errors[0].field).toBe('from');
  });

  test.each([
    ['from=yesterday', 'from'],
    ['from=2026-01-01T00:30:00%2B07:00', 'from'],
    ['to=2026-13-01T00:00:00Z', 'to'],
    [`from=${to}&to=${from}`.replaceAll('+', '%2B'), 'to'],
  ])('%s is refused by name', async (query, field) => {
    for (const url of urls) {
      const { status, body } = await get(`${url}?${query}`);
      expect([url, status, body.errors[0].field]).toEqual([url, 400, field]);
    }
  });

  test.each([
    ['level=street', 'level'],
    ['division=2030', 'division'],
    ['basis=work', 'basis'],
    ['source=bus', 'source'],
    ['group=everyone', 'group'],
    [`programme=${'x'.repeat(200)}`, 'programme'],
    ['figures=some', 'figures'],
    ['breaks=1,2', 'breaks'],
  ])('%s is refused by name in CSV and GeoJSON', async (query, field) => {
    for (const url of urls.slice(0, 2)) {
      const { status, body } = await get(`${url}?${query}`);
      expect([url, status, body.errors[0].field]).toEqual([url, 400, field]);
    }
  });

  test('is in the product’s definition', async () => {
    const { paths } = (await get('/api/openapi.json')).body;
    expect(Object.keys(paths['/api/v1/coverage.csv'].get.responses['200'].content)).toContain('text/csv');
    expect(Object.keys(paths['/api/v1/coverage.geojson'].get.responses['200'].content)).toContain(
      'application/geo+json',
    );
    expect(paths['/brief/{code}'].get.summary).toBeTruthy();
  });
});

describe('the ward brief', () => {
  test('says it in Vietnamese first, in words, with what it rests on', async () => {
    const { body, headers, status } = await get(`/brief/${BUSY}?${window}`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(body).toContain('<html lang="vi">');
    expect(body).toContain('<h1>Phường Khánh Hội</h1>');
    expect(body).toContain('Quận 4 (cũ)');
    expect(body).toMatch(/Phường Khánh Hội: 94\.507 dân, 4,3 người học trên 1\.000 dân \(khoảng 3,9–4,7\);/);
    expect(body).toContain('Sơ đồ — chưa phải ranh giới chính thức');
    expect(body).toContain('sapnhap.bando.com.vn');
    expect(body).toContain('Số liệu tính đến');
    expect(body).not.toContain('Dữ liệu mô phỏng');
    service.app.services.demo = true;
    expect((await get(`/brief/${BUSY}?${window}`)).body).toContain('Dữ liệu mô phỏng');
    service.app.services.demo = false;
  });

  test('and in English', async () => {
    const { body } = await get(`/brief/${BUSY}?${window}&lang=en`);
    expect(body).toContain('<html lang="en">');
    expect(body).toMatch(
      /Khanh Hoi Ward: 94,507 residents, 4\.3 learners per 1,000 residents \(interval 3\.9–4\.7\);/,
    );
    expect(body).toContain('District 4 (former)');
    expect(body).toContain('Schematic — not the official boundaries');
  });

  test('needs nothing but itself: no script, nothing loaded, and a policy that says so', async () => {
    const { body, headers } = await get(`/brief/${BUSY}?${window}`);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'unsafe-inline'/);
    expect(body).not.toMatch(/<script|<link|<img|@import|\burl\((?!#)|\son\w+=/i);
    expect(body.match(/https?:\/\/[^\s"<]+/g).every((url: string) => url.startsWith(service.url))).toBe(true);
    expect(body).toContain('Trung tâm &lt;b&gt;Khánh Hội&lt;/b&gt; &amp; bạn');
  });

  test('groups against the city, and the nearest places', async () => {
    const { body } = await get(`/brief/${BUSY}?${window}`);
    expect(body).toMatch(/người về hưu<\/th><td>202<\/td><td>1,0 lần<\/td>/);
    expect(body).toMatch(/&amp; bạn <span>0,1 km, trong đơn vị<\/span>/);
  });

  test('a viewer sees no count of few people, nor two numbers that give one away', async () => {
    const few = (await get(`/brief/${FEW}?${window}`, viewer)).body;
    expect(few).toContain('Số người học đã ẩn vì số lượng nhỏ');
    expect(few).toContain('<em>đã ẩn</em>');
    // Of 14 days one has 3 learners: that bar is hidden, and a second one with it, or their sum would tell.
    const bars = (html: string) => html.match(/<rect x="[^>]*fill="url\(#hidden\)"/g)?.length ?? 0;
    const busy = (await get(`/brief/${BUSY}?${window}`, viewer)).body;
    expect(bars(busy)).toBe(2);
    expect(busy).toContain('Ô kẻ sọc: đã ẩn vì số lượng nhỏ.');
    expect(busy).toContain('Số người học làm tròn đến 5; số dưới 5 người đã ẩn.');
    expect(bars((await get(`/brief/${BUSY}?${window}`)).body)).toBe(0);
  });

  test.each([
    ['/brief/99999', 404],
    ['/brief/760', 404],
    ['/brief/%3Cscript%3E', 404],
    [`/brief/${BUSY}?lang=fr`, 400],
  ])('%s answers %i', async (url, expected) => {
    const { status, headers } = await get(url);
    expect(status).toBe(expected);
    expect(headers.get('content-type')).toContain('application/problem+json');
  });
});
