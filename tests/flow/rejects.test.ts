import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../server/access/keys.ts';
import { REJECT_REASONS } from '../../server/contract/event.ts';
import { REJECT_COLUMNS } from '../../server/contract/reject.ts';
import { ROLES } from '../../server/contract/status.ts';
import { storeRejects, toStoredReject } from '../../server/ingest/rejects.ts';
import { anEvent, startTestService, type TestService } from '../helper/service.ts';

const ADMIN_KEY = 'the-admin-key-of-the-test-0123456789';
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const admin = bearer(ADMIN_KEY);

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ ADMIN_KEY });
});
afterAll(() => service.stop());

const rejects = (query = '', headers = admin) => service.get(`/api/v1/rejects?${query}`, headers);
const csv = async (query = '', headers = admin) => {
  const { status, body, headers: sent } = await service.get(`/api/v1/rejects.csv?${query}`, headers);
  const rows: Record<string, string>[] = status === 200 ? parse(body, { columns: true, bom: true }) : [];
  return { status, body, rows, headers: sent };
};
const refused = (changes: object) => ({ ...anEvent(), headcount: 0, ...changes });
const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());

/** Refused records as a batch leaves them, all at one moment. */
const put = (source_id: string, ms: number, records: readonly object[], key_id = 'k') =>
  storeRejects(
    service.store,
    records.map((record) => toStoredReject({ ...record, source_id }, 'bad_time', 'occurred_at: no', key_id)),
    ms,
  );

describe('what was refused', () => {
  test('is answered newest first, with its reason, detail and the fields it had', async () => {
    const source_id = 'clc-first';
    const event = refused({ source_id, programme: 'week-2026', learner_id: 'HV-000123' });
    const before = Date.now();
    await service.send(event, admin);
    await service.send([refused({ source_id, activity: 'slept' }), anEvent({ source_id })], admin);
    const { status, body } = await rejects(`source=${source_id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      as_of: expect.stringMatching(/\+07:00$/),
      lag_ms: 0,
      next: null,
      counts: { bad_activity: 1, out_of_range: 1 },
    });
    expect(body.rejects.map((r: any) => r.reason)).toEqual(['bad_activity', 'out_of_range']);
    const { learner_id: _, ...rest } = event;
    const reject = body.rejects[1];
    expect(reject).toEqual({
      received_at: expect.stringMatching(/\+07:00$/),
      source: 'centre',
      source_id,
      event_id: event.event_id,
      reason: 'out_of_range',
      detail: 'headcount: given 0, allowed 1 to 500',
      record: rest,
    });
    expect(Date.parse(reject.received_at)).toBeGreaterThanOrEqual(before);
  });

  test('unreadable text has no record; a source that is none stands only in the record', async () => {
    const from = iso(Date.now());
    await service.send('{"broken', admin);
    await service.send(refused({ source: 'school', source_id: 'clc-none' }), admin);
    const { body } = await rejects(`from=${from}`);
    expect(body.rejects).toMatchObject([
      { reason: 'bad_source', source: '', record: { source: 'school' } },
      { reason: 'bad_json', source: '', source_id: '', event_id: '', record: null },
    ]);
  });

  test('a long record is kept readable: texts are cut, not the JSON', async () => {
    const long = 'ế'.repeat(5_000);
    await service.send(
      refused({ source_id: 'clc-long', programme: long, sex: long, learner_group: Array(50).fill(long) }),
      admin,
    );
    const { body } = await rejects('source=clc-long');
    expect(body.rejects[0].record).toMatchObject({
      programme: 'ế'.repeat(128),
      sex: 'ế'.repeat(128),
      learner_group: Array(8).fill('ế'.repeat(128)),
    });
  });

  test('filters: kind, source, reason and time, each alone and together; counts speak of all that fits', async () => {
    const now = Date.now() - 3_600_000;
    for (const [i, source] of (['centre', 'mobile_library', 'online_course'] as const).entries())
      await put(`filter-${i}`, now + i, [{ source }, { source }]);
    const ids = async (query: string) =>
      (await rejects(`from=${iso(now)}&to=${iso(now + 3)}&${query}`)).body.rejects.map(
        (r: any) => r.source_id,
      );
    expect(await ids('')).toEqual(['filter-2', 'filter-2', 'filter-1', 'filter-1', 'filter-0', 'filter-0']);
    expect(await ids('source=mobile_library')).toEqual(['filter-1', 'filter-1']);
    expect(await ids('source=filter-2')).toEqual(['filter-2', 'filter-2']);
    expect(await ids('source_id=filter-2&source=online_course')).toEqual(['filter-2', 'filter-2']);
    expect(await ids('source_id=filter-2&source=centre')).toEqual([]);
    expect(await ids('reason=bad_json')).toEqual([]);
    const counted = await rejects(`from=${iso(now)}&to=${iso(now + 2)}&limit=1`);
    expect(counted.body).toMatchObject({ counts: { bad_time: 4 }, rejects: [{ source_id: 'filter-1' }] });
    expect(await ids('reason=bad_time&limit=1')).toEqual(['filter-2']);
    // `from` is inclusive, `to` is exclusive, to the millisecond; an offset is as good as Z.
    const one = `from=${iso(now + 1)}&to=${iso(now + 2)}`;
    expect((await rejects(one)).body.rejects).toHaveLength(2);
    const local = new Date(now + 1 + 7 * 3_600_000).toISOString().replace('Z', '+07:00');
    const again = await rejects(`from=${encodeURIComponent(local)}&to=${iso(now + 2)}`);
    expect(again.body.rejects).toHaveLength(2);
  });

  test('what is older than 30 days is not shown, whatever is asked for', async () => {
    const old = Date.now() - 31 * 86_400_000;
    await put('clc-old', old, [{}]);
    for (const from of ['', `&from=${iso(old - 1)}`])
      expect((await rejects(`source=clc-old${from}`)).body).toMatchObject({ counts: {}, rejects: [] });
  });

  test.each([
    ['reason=bad_luck', 'reason', REJECT_REASONS.join(', ')],
    ['source=no such', 'source', 'centre, mobile_library, online_course'],
    ['source_id=a/b', 'source_id', '1 to 64'],
    ['source=clc-1&source_id=clc-2', 'source_id', 'clc-1'],
    ['from=yesterday', 'from', 'RFC 3339'],
    ['to=2026-11-20', 'to', 'RFC 3339'],
    ['from=2999-01-01T00:00:00Z&to=2999-01-01T00:00:00Z', 'to', 'after from'],
    ['limit=0', 'limit', '>= 1'],
    ['limit=1001', 'limit', '<= 1000'],
    ['limit=many', 'limit', 'integer'],
    ['before=page2', 'before', 'next'],
    [`before=${Buffer.from('1.2.3').toString('base64url')}`, 'before', 'next'],
  ])('%s is 400 and names %s and what is allowed', async (query, field, allowed) => {
    const answer = await rejects(query);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ type: '/problems/bad-parameter', errors: [{ field }] });
    expect(answer.body.detail).toContain(allowed);
  });
});

describe('pages', () => {
  /** Every record of a source, page by page. */
  const walk = async (source: string, limit: number, between?: () => Promise<unknown>) => {
    const found: any[] = [];
    for (let before = ''; ; ) {
      const { status, body } = await rejects(`source=${source}&limit=${limit}&before=${before}`);
      expect(status).toBe(200);
      expect(body.rejects.length).toBeLessThanOrEqual(limit);
      found.push(...body.rejects);
      if (body.next === null) return found;
      expect(body.rejects).toHaveLength(limit);
      before = body.next;
      await between?.();
    }
  };

  test.each([1, 3, 7, 12, 100])('of %i give every record once, in the order sent', async (limit) => {
    const source = `walk-${limit}`;
    const now = Date.now() - 60_000;
    for (let batch = 0; batch < 3; batch++)
      await put(
        source,
        now + batch,
        Array.from({ length: 8 }, (_, i) => ({ programme: `${batch}/${i}` })),
      );
    const found = await walk(source, limit);
    const sent = [2, 1, 0].flatMap((batch) => Array.from({ length: 8 }, (_, i) => `${batch}/${i}`));
    expect(found.map((r) => r.record.programme)).toEqual(sent);
  });

  test.each([1, 2, 5])('of %i give each of many equal records of one moment once', async (limit) => {
    const source = `equal-${limit}`;
    const now = Date.now() - 60_000;
    // Several servers, each with a batch in this millisecond: equal in time, place and content.
    for (let server = 0; server < 4; server++)
      await put(source, now, [{ programme: 'a' }, { programme: 'b' }]);
    await put(source, now, [{ programme: 'other' }]);
    const found = await walk(source, limit);
    expect(found.map((r) => r.record.programme).sort()).toEqual([
      ...Array(4).fill('a'),
      ...Array(4).fill('b'),
      'other',
    ]);
  });

  test('stay as they were while new records are refused', async () => {
    const source = 'arriving';
    const now = Date.now() - 60_000;
    for (let i = 0; i < 9; i++) await put(source, now + i, [{ programme: `${i}` }]);
    let later = now + 100;
    const found = await walk(source, 2, () => put(source, later++, [{ programme: 'new' }]));
    expect(found.map((r) => r.record.programme)).toEqual(['8', '7', '6', '5', '4', '3', '2', '1', '0']);
  });
});

describe('who may read them', () => {
  test('operators and admins all, ingest keys their own, readers and strangers none', async () => {
    for (const role of ROLES) {
      const { key } = await createKey(service.store, { role, name: role });
      const may = ['operator', 'admin', 'ingest'].includes(role);
      for (const url of ['rejects', 'rejects.csv'])
        expect([role, url, (await service.get(`/api/v1/${url}`, bearer(key))).status]).toEqual([
          role,
          url,
          may ? 200 : 403,
        ]);
    }
    expect((await service.get('/api/v1/rejects')).status).toBe(401);
    expect((await service.get('/api/v1/rejects.csv')).status).toBe(401);
  });

  test('an ingest key sees what it sent and what was refused for its sources; counts and CSV too', async () => {
    const make = (sources: string[]) => createKey(service.store, { role: 'ingest', name: 'x', sources });
    const [free, bound, other] = await Promise.all([make([]), make(['own-1', 'own-2']), make([])]);
    await service.send(refused({ source_id: 'own-1', sex: 'q' }), bearer(free.key));
    await service.send(refused({ source_id: 'own-2' }), bearer(bound.key));
    await service.send(anEvent({ source_id: 'not-own' }), bearer(bound.key));
    await service.send([refused({ source_id: 'elsewhere' }), refused({ source_id: 'own-1' })], admin);
    const seenBy = async (key: string) => {
      const { body } = await rejects('', bearer(key));
      const download = await csv('', bearer(key));
      const ids = body.rejects.map((r: any) => r.source_id);
      expect(download.rows.map((row) => row.source_id)).toEqual(ids);
      expect(Object.values<number>(body.counts).reduce((a, b) => a + b, 0)).toBe(ids.length);
      return ids.sort();
    };
    expect(await seenBy(free.key)).toEqual(['own-1']);
    expect(await seenBy(bound.key)).toEqual(['not-own', 'own-1', 'own-1', 'own-2']);
    expect(await seenBy(other.key)).toEqual([]);
    expect((await rejects('source=elsewhere', bearer(bound.key))).body).toMatchObject({
      counts: {},
      rejects: [],
    });
    expect((await rejects('source=elsewhere')).body.rejects).toHaveLength(1);
  });
});

describe('the download', () => {
  test('has the columns said, in UTF-8 with a byte order mark unless it is left out, and the same filters', async () => {
    const source_id = 'clc-csv';
    const event = refused({ source_id, home_ward: '26740', programme: 'Học, "vui"\nmỗi ngày' });
    await service.send([event, refused({ source_id, ward: 'x;y', activity: 7 })], admin);
    const { body, rows, headers } = await csv(`source=${source_id}`);
    expect(headers.get('content-type')).toMatch(/^text\/csv; charset=utf-8/);
    expect(headers.get('content-disposition')).toBe('attachment; filename="rejects.csv"');
    expect(body.split('\r\n')[0]).toBe(REJECT_COLUMNS.join(','));
    const raw = async (query: string) =>
      Buffer.from(
        await (await fetch(`${service.url}/api/v1/rejects.csv?${query}`, { headers: admin })).arrayBuffer(),
      );
    expect((await raw('limit=1')).subarray(0, 3).toString('hex')).toBe('efbbbf');
    expect((await raw('limit=1&bom=false')).subarray(0, 8).toString()).toBe('received');
    expect(rows).toHaveLength(2);
    expect(rows[0]).toEqual({
      received_at: expect.stringMatching(/\+07:00$/),
      source: 'centre',
      source_id,
      event_id: event.event_id,
      occurred_at: event.occurred_at,
      activity: 'attended',
      ward: '27265',
      home_ward: '26740',
      programme: 'Học, "vui"\nmỗi ngày',
      reason: 'out_of_range',
      detail: 'headcount: given 0, allowed 1 to 500',
    });
    expect(rows[1]).toMatchObject({ activity: '7', ward: 'x;y', home_ward: '', reason: 'bad_type' });
    expect((await csv('reason=bad_luck')).status).toBe(400);
    expect((await csv('limit=100001')).status).toBe(400);
  });

  test('no cell is a formula', async () => {
    const source_id = 'clc-formula';
    await service.send(refused({ source_id, programme: '=HYPERLINK("http://x")', ward: '@SUM(A1)' }), admin);
    const { rows } = await csv(`source=${source_id}`);
    expect(rows[0]).toMatchObject({ programme: `'=HYPERLINK("http://x")`, ward: "'@SUM(A1)" });
  });

  test('of more rows than are read at once has each once, in order, up to the limit', async () => {
    const now = Date.now() - 1_000;
    const count = 6_000;
    await put(
      'many',
      now,
      Array.from({ length: count }, (_, i) => ({ programme: `p${i}` })),
    );
    await put(
      'many',
      now + 1,
      Array.from({ length: count }, () => ({ programme: 'equal' })),
    );
    const all = (await csv('source=many')).rows.map((row) => row.programme);
    expect(all).toEqual([...Array(count).fill('equal'), ...Array.from({ length: count }, (_, i) => `p${i}`)]);
    const some = await csv('source=many&limit=11000');
    expect(some.rows).toHaveLength(11_000);
  });
});

describe("a learner's id", () => {
  const CITIZEN = '079203001234';
  const PHONE = '+84 901 234 567';
  const LOCAL = 'HV-KHANHHOI-77031';

  /** Every file under a folder. */
  const filesOf = (directory: string): string[] =>
    readdirSync(directory).flatMap((name) => {
      const file = path.join(directory, name);
      const status = statSync(file);
      if (status.isDirectory()) return filesOf(file);
      return status.isFile() ? [file] : [];
    });

  test('is nowhere in what is kept of a refused record, wherever it was sent', async () => {
    const learner = { learner_id: CITIZEN };
    const places: object[] = [
      learner,
      { learner_id: { value: CITIZEN, also: [CITIZEN] } },
      { learner_id: [CITIZEN] },
      { learner_id: Number(CITIZEN) },
      { learner_id: CITIZEN.repeat(20) },
      { learner_id: LOCAL, programme: `tuần học ${LOCAL}`, sex: LOCAL },
      { learner_id: LOCAL, source_id: LOCAL.toLowerCase() },
      { learner_id: PHONE, programme: '0901234567', ward: '0901 234 567' },
      { learnerId: CITIZEN, student: { id: CITIZEN, list: [[CITIZEN]] }, [CITIZEN]: 1 },
      { location: { lon: 106.7, lat: 10.7, learner_id: CITIZEN } },
      { location: { lon: CITIZEN, lat: { of: CITIZEN } } },
      { location: { lon: Number(CITIZEN), lat: 1 } },
      { location: CITIZEN },
      { location: [CITIZEN, { a: CITIZEN }] },
      { learner_group: [CITIZEN, { a: CITIZEN }, [CITIZEN]] },
      { learner_group: CITIZEN },
      { duration_min: Number(CITIZEN) },
      { headcount: CITIZEN },
      // Columns that were shifted by one, and an id in a text anybody may write: nothing says whose id it is.
      ...['event_id', 'occurred_at', 'source', 'source_id', 'activity', 'learner_id_type', 'sex'].map(
        (field) => ({ [field]: CITIZEN }),
      ),
      ...['home_ward', 'division', 'ward', 'programme'].map((field) => ({ [field]: CITIZEN })),
      { programme: `buổi của ${CITIZEN.slice(0, 6)} ${CITIZEN.slice(6)}` },
      { programme: 'gọi 0901 234 567' },
      { ...learner, occurred_at: `${CITIZEN}T09:15:00` },
      { ...learner, event_id: `00000000-0000-4000-8000-${CITIZEN}` },
      { programme: `${'x'.repeat(120)}${CITIZEN}` },
    ];
    const records = places.map((place) => refused({ source_id: 'clc-secret', ...place }));
    const { body } = await service.send([...records, [CITIZEN], CITIZEN], admin);
    expect(body).toMatchObject({ accepted: 0 });
    expect(body.rejected).toHaveLength(records.length + 2);
    await service.send(`{"learner_id": "${CITIZEN}"`, admin);

    const hidden = /0?79[\s.-]*203[\s.-]*001[\s.-]*234|khanhhoi.?77031|901[\s.-]*234[\s.-]*567/i;
    const answer = await rejects('limit=1000');
    expect(answer.body.rejects.length).toBeGreaterThan(records.length);
    expect(JSON.stringify(answer.body)).not.toMatch(hidden);
    expect((await csv()).body).not.toMatch(hidden);

    const tables = await service.store.query<{ name: string }>(
      `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'`,
    );
    expect(tables.map(({ name }) => name)).toContain('refused_records');
    for (const { name } of tables) {
      const rows = await service.store.query(`SELECT * FROM ${name}`);
      expect(JSON.stringify(rows), name).not.toMatch(hidden);
    }
    for (const file of filesOf(service.dataDir)) {
      const bytes = readFileSync(file, 'latin1');
      for (const id of [CITIZEN, LOCAL, '901234567']) expect(bytes.includes(id), file).toBe(false);
    }
  });

  test('masks nothing else: the rest of the record stays as it was sent', async () => {
    const event = refused({
      event_id: randomUUID(),
      source_id: 'clc-2026-11-20',
      learner_id: '1024',
      programme: 'lifelong-learning-week-2026',
      location: { lon: 106.704123456, lat: 10.759123456 },
      duration_min: 44.6,
    });
    await service.send(event, admin);
    const { learner_id: _, ...rest } = event;
    const { body } = await rejects(`source=${event.source_id}`);
    expect(body.rejects[0].record).toEqual(rest);
  });
});
