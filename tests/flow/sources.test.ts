import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../server/access/keys.ts';
import { SOURCE_COLUMNS, SOURCE_KINDS, SOURCE_OF_KIND } from '../../server/contract/source.ts';
import { SourceRegistry } from '../../server/store/sources.ts';
import { type ClickHouseServer, startClickHouse } from '../helper/clickhouse.ts';
import { LiveClient } from '../helper/live-client.ts';
import { NOTHING_GIVEN } from '../helper/place.ts';
import { anEvent, startTestService, type TestService, temporaryDir } from '../helper/service.ts';

const ADMIN_KEY = 'the-admin-key-of-the-test-0123456789';
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const admin = bearer(ADMIN_KEY);

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ ADMIN_KEY });
});
afterAll(() => service.stop());

const call = async (
  method: string,
  url: string,
  body?: string | Uint8Array | object,
  type = 'application/json',
) => {
  const sent = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(`${service.url}/api/v1/${url}`, {
    method,
    headers: { ...admin, ...(body === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { body: (sent ? body : JSON.stringify(body)) as string }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as any) };
};
const post = (sources: object) => call('POST', 'sources', sources);
const postCsv = (text: string | Uint8Array) => call('POST', 'sources', text, 'text/csv');
const list = async (query = '') =>
  (await service.get(`/api/v1/sources?${query}`, admin)).body.sources as any[];
const idsOf = async (query: string) => (await list(query)).map((source) => source.source_id);
const one = (id: string) => service.get(`/api/v1/sources/${encodeURIComponent(id)}`, admin);
const exported = async (query = '') =>
  (await service.get(`/api/v1/sources.csv?${query}`, admin)).body as string;
/** Rows of the store, when all that was answered is in it. */
const stored = async <Row>(sql: string, params = {}) => {
  await service.app.services.caughtUp();
  return service.store.query<Row>(sql, params);
};
const placesOf = (id: string) =>
  stored<{ ward: string; lon: number | null }>(
    'SELECT ward, lon FROM events_raw WHERE source_id = {id:String} ORDER BY occurred_at',
    { id },
  );

/** Servers look at the register every two seconds; the rest is for a busy machine. */
const SOON_MS = 6_000;
const centre = { source: 'centre', name: 'Trung tâm', kind: 'centre' };
const never = { last_seen: null, events: null };

describe('a source that nobody registered', () => {
  test('is taken, flagged, and listed as not registered, with when it was heard and how often', async () => {
    const before = Date.now();
    const sent = await service.send(
      [anEvent({ source: 'mobile_library', source_id: 'bus-9' }), anEvent({ source_id: 'clc-9' })],
      admin,
    );
    expect(sent.body).toMatchObject({ accepted: 2, rejected: [] });
    await service.send(anEvent({ source: 'mobile_library', source_id: 'bus-9' }), admin);
    const flags = await stored<{ n: number }>(
      `SELECT DISTINCT bitAnd(flags, 32) AS n FROM events_raw WHERE source_id = 'bus-9'`,
    );
    expect(flags).toEqual([{ n: 32 }]);
    const { status, body } = await one('bus-9');
    expect(status).toBe(200);
    expect(body).toEqual({
      source_id: 'bus-9',
      source: 'mobile_library',
      name: 'bus-9',
      kind: 'vehicle',
      ...NOTHING_GIVEN,
      registered: false,
      last_seen: expect.stringMatching(/\+07:00$/),
      events: 2,
    });
    expect(Date.parse(body.last_seen)).toBeGreaterThanOrEqual(before);
    expect((await list()).find((source) => source.source_id === 'bus-9')).toEqual(body);
    const { as_of } = (await service.get('/api/v1/sources', admin)).body;
    expect(Date.parse(as_of)).toBeGreaterThanOrEqual(Date.parse(body.last_seen));
  });

  test('a resent event is not heard twice', async () => {
    const event = anEvent({ source_id: 'clc-resent' });
    for (let i = 0; i < 3; i++) await service.send([event, event], admin);
    expect((await one('clc-resent')).body.events).toBe(1);
  });

  test('a source that was never heard of is 404', async () => {
    expect(await one('clc-nobody')).toMatchObject({
      status: 404,
      body: { type: '/problems/not-found', detail: expect.stringContaining('clc-nobody') },
    });
    expect((await one('a/b')).status).toBe(400);
  });
});

describe('the register', () => {
  test('registered: listed with what was heard; taken off: unregistered again, its events stay', async () => {
    await service.send(anEvent({ source_id: 'clc-10' }), admin);
    await call('PUT', 'sources/clc-10', { ...centre, ward: '27265' });
    expect((await one('clc-10')).body).toMatchObject({ registered: true, name: 'Trung tâm', events: 1 });
    const gone = await call('DELETE', 'sources/clc-10');
    expect(gone).toEqual({ status: 204, body: undefined });
    expect((await one('clc-10')).body).toMatchObject({ registered: false, name: 'clc-10', events: 1 });
    expect(await call('DELETE', 'sources/clc-10')).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('clc-10') },
    });
    await service.send(anEvent({ source_id: 'clc-10' }), admin);
    expect((await one('clc-10')).body.events).toBe(2);
    // One without events is gone from the list.
    await call('PUT', 'sources/clc-11', centre);
    expect((await one('clc-11')).body).toMatchObject({ registered: true, ...never });
    await call('DELETE', 'sources/clc-11');
    expect((await one('clc-11')).status).toBe(404);
    // And back again.
    await call('PUT', 'sources/clc-11', centre);
    expect((await one('clc-11')).status).toBe(200);
  });

  test('another reader of the store sees it all: what was registered, replaced and taken off', async () => {
    await post([
      { source_id: 'read-1', ...centre },
      { source_id: 'read-2', ...centre },
    ]);
    await call('PUT', 'sources/read-1', { ...centre, name: 'Khác', seats: 3 });
    await call('DELETE', 'sources/read-2');
    const other = await SourceRegistry.load(service.store);
    expect(other.get('read-1')).toEqual({
      source_id: 'read-1',
      ...centre,
      ...NOTHING_GIVEN,
      name: 'Khác',
      seats: 3,
      registered: true,
    });
    expect(other.get('read-2')).toBeUndefined();
    expect(new Set(other.all)).toEqual(new Set(service.app.services.sources.all));
  });

  test('a change made while the store is read again is not lost', async () => {
    const { sources } = service.app.services;
    const record = { source_id: 'race', ...centre, ...NOTHING_GIVEN, registered: true } as never;
    await Promise.all([sources.reload(), sources.put([record]), sources.reload()]);
    expect(sources.get('race')).toEqual(record);
    await Promise.all([sources.reload(), sources.remove('race'), sources.reload()]);
    expect(sources.get('race')).toBeUndefined();
  });

  test('kind, q and registered filter, alone and together', async () => {
    await post([
      { source_id: 'f-1', ...centre, name: 'Thư viện Khánh Hội', kind: 'library' },
      { source_id: 'f-2', ...centre, name: 'Trường Hoà Hưng', kind: 'school' },
      { source_id: 'f-3', source: 'online_course', name: 'Đọc sách', kind: 'channel' },
    ]);
    await service.send(anEvent({ source_id: 'f-khanh-hoi' }), admin);
    expect(await idsOf('q=khanh%20hoi')).toEqual(['f-1', 'f-khanh-hoi']);
    expect(await idsOf('q=KHÁNH-HỘI&registered=true')).toEqual(['f-1']);
    expect(await idsOf('q=khánh%20hội&registered=false')).toEqual(['f-khanh-hoi']);
    expect(await idsOf('q=hòa%20hung')).toEqual(['f-2']);
    expect(await idsOf('q=doc&kind=channel')).toEqual(['f-3']);
    expect(await idsOf('q=doc&kind=course')).toEqual([]);
    expect(await idsOf('q=F-2')).toEqual(['f-2']);
    expect((await idsOf('q=')).length).toBe((await idsOf('')).length);
    for (const [query, field] of [
      ['registered=maybe', 'registered'],
      ['kind=castle', 'kind'],
      [`q=${'x'.repeat(101)}`, 'q'],
    ]) {
      const answer = await service.get(`/api/v1/sources?${query}`, admin);
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
    }
  });

  test('every kind goes with its source and no other; an impossible pair is refused naming both', async () => {
    for (const kind of SOURCE_KINDS)
      for (const source of ['centre', 'mobile_library', 'online_course'] as const) {
        const answer = await call('PUT', 'sources/pair', { source, kind, name: 'x' });
        const fits = SOURCE_OF_KIND[kind] === source;
        expect([kind, source, answer.status]).toEqual([kind, source, fits ? 200 : 400]);
        if (fits) continue;
        expect(answer.body.errors).toMatchObject([{ field: 'kind' }]);
        expect(answer.body.detail).toContain(`${kind} with source ${source}`);
      }
  });

  test('only operators and admins write; every reader reads', async () => {
    const keyOf = async (role: string) => (await createKey(service.store, { role, name: role })).key;
    const [viewer, ingest, operator] = await Promise.all(['viewer', 'ingest', 'operator'].map(keyOf));
    const ask = async (key = '', method: string, url: string, body?: string) =>
      (
        await fetch(`${service.url}/api/v1/${url}`, {
          method,
          headers: { ...bearer(key), ...(body ? { 'content-type': 'application/json' } : {}) },
          ...(body ? { body } : {}),
        })
      ).status;
    for (const [key, reads, writes] of [
      [viewer, 200, 403],
      [ingest, 403, 403],
      [operator, 200, 200],
    ] as const) {
      expect(await ask(key, 'GET', 'sources')).toBe(reads);
      expect(await ask(key, 'GET', 'sources.csv')).toBe(reads);
      expect(await ask(key, 'POST', 'sources', '[]')).toBe(writes);
      expect(await ask(key, 'DELETE', 'sources/nobody')).toBe(writes === 200 ? 404 : 403);
    }
  });
});

describe('a place that changes', () => {
  const here = { lon: 106.704, lat: 10.759 };
  const there = { lon: 106.7, lat: 10.78 };

  test('events stored already keep theirs, later ones get the new one, and readers are told the new one', async () => {
    const source_id = 'clc-moving';
    const send = async () => {
      const { ward: _, ...nowhere } = anEvent({ source_id });
      await service.send(nowhere, admin);
    };
    await send();
    const first = await call('PUT', `sources/${source_id}`, { ...centre, ...here });
    await send();
    const second = await call('PUT', `sources/${source_id}`, { ...centre, ...there });
    await send();
    expect(first.body.ward).not.toBe(second.body.ward);
    expect(await placesOf(source_id)).toEqual([
      { ward: '', lon: null },
      { ward: first.body.ward, lon: here.lon },
      { ward: second.body.ward, lon: there.lon },
    ]);
    expect((await one(source_id)).body).toMatchObject({ ...there, ward: second.body.ward });
  });

  test('live points of a moved place are shown where it is now', async () => {
    const source_id = 'clc-live';
    const { key } = await createKey(service.store, { role: 'viewer', name: 'v' });
    await call('PUT', `sources/${source_id}`, { ...centre, ...here });
    const client = new LiveClient(service.url, key);
    expect(await client.subscribe({ level: 'ward', division: '2025' })).toMatchObject({ ok: true });
    const seenAt = (place: { lon: number; lat: number }) =>
      client.until(() => client.seen.some(([lon, lat]) => lon === place.lon && lat === place.lat));
    // A viewer's points stand at the registered place, wherever the event's own point was.
    const sent = () => anEvent({ source_id, location: { lon: 106.6655, lat: 10.7555 } });
    await service.send(sent(), admin);
    await seenAt(here);
    await call('PUT', `sources/${source_id}`, { ...centre, ...there });
    await service.send(sent(), admin);
    await seenAt(there);
    client.close();
  });
});

describe('many at once', () => {
  test('JSON: good rows are saved, each bad one is reported with its index, id, field and what is allowed', async () => {
    const { status, body } = await post([
      { source_id: 'm-1', ...centre, seats: 30, internet: true },
      { source_id: 'm 2', ...centre },
      { source_id: 'm-3', ...centre, kind: 'castle' },
      { source_id: 'm-4', ...centre, lon: 106.7 },
      { source_id: 'm-5', ...centre, ward: '00001' },
      { source_id: 'm-6', source: 'centre', kind: 'centre' },
      { ...centre },
      { source_id: 'm-7', source: 'online_course', kind: 'vehicle', name: 'x' },
      'text',
      null,
      { source_id: 'm-8', ...centre, seats: 2.5 },
      { source_id: 'm-9', ...centre, lon: null, lat: null },
    ]);
    expect(status).toBe(200);
    expect(body.saved).toBe(2);
    expect(body.rejected.map((r: any) => [r.index, r.source_id, r.field])).toEqual([
      [1, 'm 2', 'source_id'],
      [2, 'm-3', 'kind'],
      [3, 'm-4', 'lat'],
      [4, 'm-5', 'ward'],
      [5, 'm-6', 'name'],
      [6, null, 'source_id'],
      [7, 'm-7', 'kind'],
      [8, null, 'record'],
      [9, null, 'record'],
      [10, 'm-8', 'seats'],
    ]);
    expect(body.rejected[1].detail).toBe(`kind: given "castle", allowed one of ${SOURCE_KINDS.join(', ')}`);
    expect(body.rejected[6].detail).toContain('vehicle with source online_course');
    for (const { field, detail } of body.rejected)
      expect(detail).toMatch(new RegExp(`^${field}: given .+, allowed .+`));
    expect(await idsOf('registered=true')).toEqual(expect.arrayContaining(['m-1', 'm-9']));
    for (const id of ['m-3', 'm-4', 'm-5', 'm-6', 'm-7', 'm-8']) expect((await one(id)).status).toBe(404);
  });

  test('of two good rows with one id the last stands and the earlier is reported; a bad one replaces none', async () => {
    const { body } = await post([
      { source_id: 'twice', ...centre, name: 'first' },
      { source_id: 'twice', ...centre, name: 'second' },
      { source_id: 'twice', ...centre, name: '' },
    ]);
    expect(body.saved).toBe(1);
    expect(body.rejected).toMatchObject([
      { index: 0, source_id: 'twice', field: 'source_id', detail: expect.stringContaining('record 1') },
      { index: 2, source_id: 'twice', field: 'name' },
    ]);
    expect((await one('twice')).body.name).toBe('second');
  });

  test('CSV: byte order mark, semicolons, columns in any order and case, unknown ones, decimal commas, blank lines', async () => {
    const file = [
      '\uFEFFNAME;Note; kind ;source;source_id;lat;lon;seats;internet;hours;ward',
      '"Thư viện; ""Số 1""";x;library;centre;c-1;10,759;106,704;40;TRUE;Mo-Fr 08:00-11:30,13:30-21:00;',
      '',
      ';;;;;;;;;;',
      'Xe 2;;vehicle;mobile_library;c-2;;;;;;',
    ].join('\r\n');
    expect(await postCsv(file)).toEqual({ status: 200, body: { saved: 2, rejected: [] } });
    expect((await one('c-1')).body).toEqual({
      source_id: 'c-1',
      source: 'centre',
      name: 'Thư viện; "Số 1"',
      kind: 'library',
      lon: 106.704,
      lat: 10.759,
      ward: '27265',
      seats: 40,
      hours: 'Mo-Fr 08:00-11:30,13:30-21:00',
      computers: null,
      internet: true,
      registered: true,
      ...never,
    });
    expect((await one('c-2')).body).toMatchObject({ name: 'Xe 2', ...NOTHING_GIVEN });
  });

  test('CSV: a bad row, one too short, one too long and one with a stray quote cost no other', async () => {
    const file = [
      'source_id,source,name,kind,lon,lat,seats',
      'd-1,centre,One,centre,,,',
      'd-2,centre,Two,centre,east,10,',
      'd-3,centre',
      'd-4,centre,Four,centre,,,5,more,and more',
      'd-5,centre,The "old" school,school,,,many',
      'd-6,centre,The "new" school,school,,,6',
      'd-7,centre,"never closed,school,,,',
    ].join('\n');
    const { status, body } = await postCsv(file);
    expect(status).toBe(200);
    expect(body.saved).toBe(3);
    expect(body.rejected.map((r: any) => [r.index, r.source_id, r.field])).toEqual([
      [1, 'd-2', 'lon'],
      [2, 'd-3', 'name'],
      [4, 'd-5', 'seats'],
      [6, null, 'record'],
    ]);
    expect((await one('d-6')).body).toMatchObject({ name: 'The "new" school', seats: 6 });
  });

  test.each([
    ['source_id,name\nx,y', 'header'],
    ['', 'header'],
    ['a;b;c', 'header'],
  ])('CSV %j lacks columns: 400 naming those that are needed', async (file, field) => {
    const { status, body } = await postCsv(file);
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([
      { field, allowed: expect.stringContaining('source_id, source, name, kind') },
    ]);
  });

  test('another body is refused: no array, another type, too large', async () => {
    expect(await post({ source_id: 'x', ...centre })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'body' }] },
    });
    expect((await call('POST', 'sources', 'x', 'text/plain')).status).toBe(415);
    expect((await call('POST', 'sources', '[{', 'application/json')).status).toBe(400);
    expect((await postCsv(Buffer.alloc(8 * 1024 * 1024 + 1, 'x'))).status).toBe(413);
    expect(await post([])).toEqual({ status: 200, body: { saved: 0, rejected: [] } });
  });

  test('what is exported is what POST takes: sent back it changes nothing', async () => {
    await post([
      { source_id: '-odd', ...centre, name: '=1+1', hours: '"24/7"; off', lon: -70.25, lat: 10.5 },
      { source_id: 'quoted', ...centre, name: '\'=x, "y"; z', seats: 0, computers: 3, internet: false },
      { source_id: 'tabbed', ...centre, name: '+ Học\ttập', ward: '26740' },
    ]);
    const registered = async () =>
      new Map((await list('registered=true')).map((source) => [source.source_id, source]));
    const before = await registered();
    expect(before.size).toBeGreaterThan(10);
    const file = await exported();
    const rows: Record<string, string>[] = parse(file, { columns: true, bom: true });
    expect(Object.keys(rows[0] ?? {})).toEqual([...SOURCE_COLUMNS]);
    expect(rows).toHaveLength(before.size);
    for (const cell of rows.flatMap((row) => [row.source_id, row.name])) expect(cell).not.toMatch(/^[=+\-@]/);
    for (const id of before.keys()) await call('DELETE', `sources/${encodeURIComponent(id)}`);
    expect(await idsOf('registered=true')).toEqual([]);
    expect(await postCsv(file)).toEqual({ status: 200, body: { saved: before.size, rejected: [] } });
    expect(await registered()).toEqual(before);
    expect(await exported()).toBe(file);
    // The same with semicolons, as a Vietnamese spreadsheet would save it.
    const semicolons = rows.map((row) =>
      SOURCE_COLUMNS.map((column) => `"${(row[column] ?? '').replaceAll('"', '""')}"`).join(';'),
    );
    expect(await postCsv([SOURCE_COLUMNS.join(';'), ...semicolons].join('\n'))).toMatchObject({
      body: { saved: before.size, rejected: [] },
    });
    expect(await registered()).toEqual(before);
  });

  test('the export filters, and gives those that nobody registered to be filled in', async () => {
    const rowsOf = async (query: string): Promise<Record<string, string>[]> =>
      parse(await exported(query), { columns: true, bom: true });
    await service.send(anEvent({ source: 'online_course', source_id: 'course-new' }), admin);
    await post([{ source_id: 'channel-1', source: 'online_course', name: 'Kênh', kind: 'channel' }]);
    expect((await rowsOf('kind=channel')).every((row) => row.kind === 'channel')).toBe(true);
    const open = await rowsOf('registered=false&kind=course');
    expect(open).toEqual([
      expect.objectContaining({ source_id: 'course-new', source: 'online_course', kind: 'course' }),
    ]);
    const response = await fetch(`${service.url}/api/v1/sources.csv?bom=false`, { headers: admin });
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="sources.csv"');
    expect(
      Buffer.from(await response.arrayBuffer())
        .subarray(0, 9)
        .toString(),
    ).toBe('source_id');
  });
});

describe('what was heard of sources', () => {
  test('agrees with the raw rows', async () => {
    const events = Array.from({ length: 300 }, (_, i) =>
      anEvent({
        source: (['centre', 'mobile_library'] as const)[i % 2] ?? 'centre',
        source_id: `heard-${i % 7}`,
        occurred_at: new Date(Date.now() - i * 3_600_000).toISOString(),
      }),
    );
    await service.send(events.slice(0, 200), admin);
    await service.send(events.slice(150), admin);
    const raw = await stored<{ id: string; n: string; ms: string }>(
      `SELECT source_id AS id, sum(sign) AS n, toUnixTimestamp64Milli(max(received_at)) AS ms
       FROM events_raw GROUP BY source_id ORDER BY id`,
    );
    const listed = (await list()).filter((source) => source.events !== null);
    expect(
      listed
        .map((source) => [source.source_id, source.events, Date.parse(source.last_seen)])
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ).toEqual(raw.map(({ id, n, ms }) => [id, Number(n), Number(ms)]));
  });
});

describe('two servers on one store', () => {
  let clickhouse: ClickHouseServer;
  let here: TestService;
  let there: TestService;
  beforeAll(async () => {
    clickhouse = await startClickHouse(temporaryDir());
    const settings = {
      CLICKHOUSE_URL: clickhouse.url,
      LEARNER_KEY: 'a key that both servers share, 32+',
      ADMIN_KEY,
    };
    here = await startTestService(settings);
    there = await startTestService(settings);
  });
  afterAll(async () => {
    await there?.stop();
    await here?.stop();
    await clickhouse?.close();
  });

  test('what is registered or taken off at one is soon known to the other, and places its events', async () => {
    const write = (method: string, body?: object) =>
      fetch(`${here.url}/api/v1/sources/shared`, {
        method,
        headers: { ...admin, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    const known = async (is: (source: any) => boolean) => {
      const start = performance.now();
      while (!is((await there.get('/api/v1/sources/shared', admin)).body));
      return performance.now() - start;
    };
    await write('PUT', { ...centre, ward: '27265' });
    expect(await known((source) => source.registered)).toBeLessThan(SOON_MS);
    const { ward: _, ...nowhere } = anEvent({ source_id: 'shared' });
    expect((await there.send(nowhere, admin)).body.accepted).toBe(1);
    await there.app.services.caughtUp();
    const [row] = await there.store.query<{ ward: string }>(
      `SELECT ward FROM events_raw WHERE source_id = 'shared'`,
    );
    expect(row?.ward).toBe('27265');
    await write('DELETE');
    expect(await known((source) => source.registered === false)).toBeLessThan(SOON_MS);
  });
});
