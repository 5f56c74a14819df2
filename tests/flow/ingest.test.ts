import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../server/config.ts';
import type { LearningEvent } from '../../server/contract/event.ts';
import { startService } from '../../server/start.ts';
import { NOTHING_GIVEN } from '../helper/place.ts';
import { anEvent, startTestService, type TestService } from '../helper/service.ts';
import { countEverywhere, MUST_AGREE } from '../store/open-config.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const NDJSON_TYPE = { 'content-type': 'application/x-ndjson' };

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

/** Events the store counts, all time. */
const counted = async () => Number((await service.get('/api/v1/status')).body.events);
const ndjson = (records: readonly unknown[]) => records.map((record) => JSON.stringify(record)).join('\n');

describe('forms of a body', () => {
  test('one object, an array, NDJSON with and without a last line end', async () => {
    const before = await counted();
    expect(await service.send(anEvent())).toMatchObject({
      status: 200,
      body: { accepted: 1, duplicates: 0, rejected: [] },
    });
    expect((await service.send([anEvent(), anEvent()])).body.accepted).toBe(2);
    expect((await service.send(ndjson([anEvent(), anEvent()]), NDJSON_TYPE)).body.accepted).toBe(2);
    expect((await service.send(`${ndjson([anEvent(), anEvent()])}\n`, NDJSON_TYPE)).body.accepted).toBe(2);
    expect(await counted()).toBe(before + 7);
  });

  test('blank lines and Windows line ends are not records, so indexes count records only', async () => {
    const lines = [
      '',
      JSON.stringify(anEvent()),
      '   ',
      '{"broken',
      '',
      JSON.stringify({ ...anEvent(), sex: 'q' }),
      '',
    ];
    const { body } = await service.send(lines.join('\r\n'), NDJSON_TYPE);
    expect(body.accepted).toBe(1);
    expect(body.rejected.map((r: any) => [r.index, r.reason])).toEqual([
      [1, 'bad_json'],
      [2, 'out_of_range'],
    ]);
  });

  test('a byte order mark in front is not a fault, in NDJSON and in JSON', async () => {
    expect((await service.send(`\ufeff${ndjson([anEvent()])}`, NDJSON_TYPE)).body).toMatchObject({
      accepted: 1,
    });
    expect((await service.send(`\ufeff${JSON.stringify(anEvent())}`)).body).toMatchObject({ accepted: 1 });
  });

  test('content-type with a charset, in any case', async () => {
    for (const type of ['application/json; charset=utf-8', 'Application/JSON'])
      expect((await service.send(anEvent(), { 'content-type': type })).body).toMatchObject({ accepted: 1 });
  });

  test.each([
    ['JSON', JSON_TYPE, (events: LearningEvent[]) => JSON.stringify(events)],
    ['NDJSON', NDJSON_TYPE, (events: LearningEvent[]) => ndjson(events)],
  ])('gzip of %s', async (_, type, write) => {
    const body = gzipSync(write([anEvent(), anEvent()]));
    expect(await service.send(body, { ...type, 'content-encoding': 'gzip' })).toMatchObject({
      status: 200,
      body: { accepted: 2 },
    });
  });

  test('gzip that is none, or is cut off, is 400 and nothing is taken', async () => {
    const before = await counted();
    const whole = gzipSync(ndjson([anEvent({ programme: 'a' }), anEvent({ programme: 'b' })]));
    for (const body of [Buffer.from('no gzip'), whole.subarray(0, whole.length - 9)]) {
      const answer = await service.send(body, { ...NDJSON_TYPE, 'content-encoding': 'gzip' });
      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    }
    expect(await counted()).toBe(before);
  });

  test('no records at all: nothing taken, nothing refused', async () => {
    const nothing = { status: 200, body: { accepted: 0, duplicates: 0, rejected: [] } };
    expect(await service.send('[]')).toMatchObject(nothing);
    expect(await service.send('', NDJSON_TYPE)).toMatchObject(nothing);
    expect(await service.send('\n \n', NDJSON_TYPE)).toMatchObject(nothing);
  });

  test('text that is no JSON is one bad_json, and its text is neither quoted nor kept', async () => {
    const id = `odd-${randomUUID()}`;
    for (const body of ['', `{"learner_id": "${id}"`, `[{"learner_id": "${id}"},]`, id]) {
      const answer = await service.send(body);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({
        accepted: 0,
        rejected: [{ index: 0, event_id: null, reason: 'bad_json' }],
      });
      expect(JSON.stringify(answer.body)).not.toContain(id);
    }
  });

  test.each([['text/tab-separated-values'], ['text/plain'], ['application/xml'], ['']])(
    'content-type %j is 415',
    async (type) => {
      const response = await fetch(`${service.url}/api/v1/events`, {
        method: 'POST',
        headers: type === '' ? {} : { 'content-type': type },
        body: Buffer.from(JSON.stringify(anEvent())),
      });
      expect(response.status).toBe(415);
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    },
  );

  test('an encoding other than gzip is 415 and names what is allowed', async () => {
    const answer = await service.send(Buffer.from('x'), { ...JSON_TYPE, 'content-encoding': 'br' });
    expect(answer).toMatchObject({ status: 415, body: { detail: expect.stringContaining('gzip') } });
  });

  test('over 32 MiB is 413, also when it only unpacks to that, and nothing of it is taken', async () => {
    const before = await counted();
    const line = `${JSON.stringify(anEvent({ programme: 'too large' }))}\n`;
    const large = Buffer.from(line + ' '.repeat(32 * 1024 * 1024 - line.length + 1));
    for (const [body, headers] of [
      [large, NDJSON_TYPE],
      [gzipSync(large, { level: 1 }), { ...NDJSON_TYPE, 'content-encoding': 'gzip' }],
    ] as const) {
      const answer = await service.send(body, headers);
      expect(answer.status).toBe(413);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    }
    expect(await counted()).toBe(before);
    const most = Buffer.from(line + ' '.repeat(32 * 1024 * 1024 - line.length));
    expect((await service.send(most, NDJSON_TYPE)).body).toMatchObject({ accepted: 1 });
  });

  test('a gzip bomb is stopped at the limit: 413', async () => {
    const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024), { level: 1 });
    expect(bomb.length).toBeLessThan(2 * 1024 * 1024);
    expect((await service.send(bomb, { ...JSON_TYPE, 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await service.get('/health/live')).status).toBe(200);
  });
});

describe('one bad row never costs the others', () => {
  test('each is refused with its own index, id, reason and detail, in order', async () => {
    const before = await service.get('/api/v1/status');
    const conflicting = anEvent();
    const bad: [unknown, string][] = [
      [{ ...anEvent(), event_id: undefined }, 'missing_field'],
      [{ ...anEvent(), headcount: 'three' }, 'bad_type'],
      [{ ...anEvent(), event_id: 'x' }, 'bad_id'],
      [{ ...anEvent(), occurred_at: 'yesterday' }, 'bad_time'],
      [{ ...anEvent(), occurred_at: '2999-01-01T00:00:00Z' }, 'future'],
      [{ ...anEvent(), occurred_at: '2019-01-01T00:00:00Z' }, 'too_old'],
      [{ ...anEvent(), source: 'school' }, 'bad_source'],
      [{ ...anEvent(), activity: 'slept' }, 'bad_activity'],
      [{ ...anEvent(), learner_group: ['cat'] }, 'bad_group'],
      [{ ...anEvent(), location: { lon: 500, lat: 0 } }, 'bad_location'],
      [{ ...anEvent(), location: { lon: 2.35, lat: 48.85 } }, 'outside_city'],
      [{ ...anEvent(), ward: '99999' }, 'unknown_ward'],
      [{ ...anEvent(), duration_min: 9000 }, 'out_of_range'],
      [{ ...conflicting, headcount: 2 }, 'conflict'],
      ['text', 'bad_type'],
    ];
    // A good one in front, one behind each bad one.
    const records = [conflicting, ...bad.flatMap(([record]) => [record, anEvent()])];
    const { status, body } = await service.send(records);
    expect(status).toBe(200);
    expect(body.accepted).toBe(1 + bad.length);
    expect(body.rejected.map((r: any) => [r.index, r.reason])).toEqual(
      bad.map(([, reason], i) => [1 + 2 * i, reason]),
    );
    for (const rejected of body.rejected) {
      const sent = records[rejected.index] as { event_id?: string };
      expect(rejected.event_id).toBe(sent.event_id ?? null);
      expect(rejected.detail).toMatch(/^\w+: /);
    }
    const after = await service.get('/api/v1/status');
    for (const reason of new Set(bad.map(([, name]) => name))) {
      const times = bad.filter(([, name]) => name === reason).length;
      expect(after.body.rejected[reason], reason).toBe((before.body.rejected[reason] ?? 0) + times);
    }
  });

  test('a batch that is refused whole is still 200', async () => {
    const answer = await service.send([{}, {}]);
    expect(answer).toMatchObject({
      status: 200,
      body: { accepted: 0, rejected: [{ index: 0 }, { index: 1 }] },
    });
  });

  test('in a large request every index is right', async () => {
    const records = Array.from({ length: 5_000 }, (_, i) =>
      i % 997 === 3 ? { broken: i } : anEvent({ source_id: 'large' }),
    );
    const { body } = await service.send(ndjson(records), NDJSON_TYPE);
    const wrong = records.flatMap((record, i) => ('broken' in record ? [i] : []));
    expect(body.rejected.map((r: any) => r.index)).toEqual(wrong);
    expect(body.accepted).toBe(records.length - wrong.length);
  });
});

describe('an event counts once', () => {
  test('sent again alone, in another batch, and twice within a batch', async () => {
    const before = await counted();
    const event = anEvent({ learner_id: 'L1', duration_min: 44.6 });
    expect((await service.send(event)).body).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    expect((await service.send(event)).body).toEqual({ accepted: 0, duplicates: 1, rejected: [] });
    expect((await service.send([anEvent(), event])).body).toEqual({
      accepted: 1,
      duplicates: 1,
      rejected: [],
    });
    const twice = anEvent();
    expect((await service.send([twice, { ...twice }])).body).toEqual({
      accepted: 1,
      duplicates: 1,
      rejected: [],
    });
    // Another spelling of the id and of the time is the same event; so is one whose learner is written otherwise.
    const respelt = {
      ...event,
      event_id: event.event_id.toUpperCase(),
      occurred_at: new Date(Date.parse(event.occurred_at) + 7 * 3_600_000)
        .toISOString()
        .replace('Z', '+07:00'),
      learner_id: 'L2',
    };
    expect((await service.send(respelt)).body).toEqual({ accepted: 0, duplicates: 1, rejected: [] });
    expect(await counted()).toBe(before + 3);
  });

  test('the same id with other content is a conflict: the first stands', async () => {
    const event = anEvent({ headcount: 3 });
    await service.send(event);
    const before = (await service.get('/api/v1/coverage')).body.city;
    const answer = await service.send({ ...event, headcount: 300 });
    expect(answer.body).toEqual({
      accepted: 0,
      duplicates: 0,
      rejected: [
        {
          index: 0,
          event_id: event.event_id,
          reason: 'conflict',
          detail: `event_id: ${event.event_id} was taken before with other content; the first stands`,
        },
      ],
    });
    expect((await service.get('/api/v1/coverage')).body.city).toEqual(before);
  });

  test('20 senders of the same 100 events at once: 100 accepted in all, 1,900 duplicates', async () => {
    const before = await counted();
    const events = Array.from({ length: 100 }, () => anEvent({ source_id: 'crowd' }));
    const shuffled = (seed: number) => events.map((_, i) => events[(i * 37 + seed * 13) % 100]);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        service.send(i % 2 ? shuffled(i) : ndjson(shuffled(i)), i % 2 ? {} : NDJSON_TYPE),
      ),
    );
    const sum = (name: 'accepted' | 'duplicates') =>
      answers.reduce((total, { body }) => total + body[name], 0);
    expect([sum('accepted'), sum('duplicates')]).toEqual([100, 1_900]);
    expect(answers.every(({ status, body }) => status === 200 && body.rejected.length === 0)).toBe(true);
    expect(await counted()).toBe(before + 100);
  });

  test('a request of more rows than the tail reads at once is counted whole, in the store and live', async () => {
    const ward = '26740';
    const live = () => service.app.services.live.counters.read(ward, 7, 1)[1] ?? 0;
    const [stored, shown] = [await counted(), live()];
    const body = ndjson(
      Array.from({ length: 21_000 }, () => anEvent({ ward, source_id: 'flood', duration_min: 1 })),
    );
    expect((await service.send(body, NDJSON_TYPE)).body).toMatchObject({ accepted: 21_000, rejected: [] });
    expect(await counted()).toBe(stored + 21_000);
    expect(live()).toBe(shown + 21_000);
  });
});

describe('what everybody says is the same', () => {
  test('raw rows, every rollup, coverage and status agree, and coverage of two days is the sum of its days', async () => {
    const day = (offset: number) => new Date(Date.now() - offset * 86_400_000).toISOString();
    const events = Array.from({ length: 600 }, (_, i) =>
      anEvent({
        occurred_at: day(i % 40),
        source: (['centre', 'mobile_library', 'online_course'] as const)[i % 3] ?? 'centre',
        source_id: `s-${i % 7}`,
        headcount: 1 + (i % 4),
        duration_min: i % 90,
        ...(i % 5 === 0 ? {} : { learner_id: `learner-${i % 50}` }),
        ...(i % 11 === 0 ? { location: { lon: 106.7 + (i % 10) / 1000, lat: 10.76 } } : {}),
        ...(i % 2 === 0 ? { home_ward: ['27265', '26740', '00001'][i % 3] ?? '27265' } : {}),
        activity: i % 9 === 0 ? 'registered' : 'attended',
        programme: i % 6 === 0 ? 'week\t2026' : '',
        learner_group: i % 4 === 0 ? ['retiree', 'disability'] : [],
      }),
    );
    const { ward: _, ...nowhere } = anEvent({ source_id: 'nobody-knows' });
    expect((await service.send([...events, nowhere])).body).toMatchObject({ accepted: 601, rejected: [] });

    await service.app.services.caughtUp();
    const counts = await countEverywhere(service.store);
    for (const [left, right] of MUST_AGREE)
      expect(counts[left], `${left} and ${right}`).toEqual(counts[right]);

    const status = (await service.get('/api/v1/status')).body;
    expect(status.events).toBe(counts.raw?.events);
    expect(status.unlocated).toBeGreaterThan(0);
    const window = 'from=2026-01-01T00:00:00%2B07:00';
    const coverage = (await service.get(`/api/v1/coverage?${window}`)).body;
    expect(coverage.city).toMatchObject({
      events: counts.raw?.events,
      headcount: counts.raw?.headcount,
      minutes: counts.raw?.minutes,
      unlocated_events: status.unlocated,
    });
    const sumOf = (figure: string) =>
      coverage.areas.reduce((sum: number, area: any) => sum + area[figure], 0);
    expect(sumOf('events') + status.unlocated).toBe(counts.raw?.events);
    expect(coverage.areas).toHaveLength(168);
    const districts = (await service.get(`/api/v1/coverage?level=district&${window}`)).body;
    expect(districts.city).toMatchObject({ events: coverage.city.events, minutes: coverage.city.minutes });
    const activity = (await service.get(`/api/v1/activity?step=day&${window}`)).body;
    expect(activity.points.reduce((sum: number, point: any) => sum + point.events, 0)).toBe(
      counts.raw?.events,
    );
    // Everything is counted, so nothing lags behind; as_of is when the newest row was received.
    await service.app.services.caughtUp();
    const [newest] = await service.store.query<{ ms: string }>(
      'SELECT toUnixTimestamp64Milli(max(received_at)) AS ms FROM events_raw',
    );
    expect(Date.parse(coverage.as_of)).toBe(Number(newest?.ms));
    expect(coverage.lag_ms).toBe(0);
  });
});

describe('reading', () => {
  test('areas: 168 wards and 24 districts and provinces, an ETag, 304 when it is known', async () => {
    for (const [query, features] of [
      ['', 168],
      ['?level=district', 24],
    ] as const) {
      const first = await service.get(`/api/v1/areas${query}`);
      expect(first.status).toBe(200);
      expect(first.headers.get('content-type')).toMatch(/^application\/geo\+json/);
      expect(first.body).toMatchObject({
        type: 'FeatureCollection',
        boundary: 'schematic',
        division: '2025',
      });
      expect(first.body.features.length).toBe(features);
      const etag = first.headers.get('etag') ?? '';
      expect(etag).toMatch(/^(W\/)?"[^"]+"$/);
      for (const known of [etag, `"other", ${etag}`, `W/${etag.replace('W/', '')}`]) {
        const again = await service.get(`/api/v1/areas${query}`, { 'if-none-match': known });
        expect([again.status, again.body]).toEqual([304, '']);
      }
      expect((await service.get(`/api/v1/areas${query}`, { 'if-none-match': '"other"' })).status).toBe(200);
    }
  });

  test('404 and 400 are problem+json that name what is wrong', async () => {
    const missing = await service.get('/api/v1/nothing?learner_id=079203001234');
    expect(missing.status).toBe(404);
    expect(missing.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(missing.body).toEqual({
      type: '/problems/not-found',
      title: 'Not found',
      status: 404,
      detail: 'There is nothing at GET /api/v1/nothing.',
    });
    for (const [query, field] of [
      ['level=street', 'level'],
      ['division=1975', 'division'],
      ['basis=work', 'basis'],
      ['source=school', 'source'],
      ['group=cats', 'group'],
      ['from=yesterday', 'from'],
      ['from=2026-11-20T00:30:00%2B07:00', 'from'],
      ['from=2026-11-20T00:00:00%2B07:00&to=2026-11-20T00:00:00%2B07:00', 'to'],
      ['from=2001-01-01T00:00:00Z', 'from'],
    ] as const) {
      const answer = await service.get(`/api/v1/coverage?${query}`);
      expect([query, answer.status]).toEqual([query, 400]);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(answer.body).toMatchObject({
        status: 400,
        type: '/problems/bad-parameter',
        errors: [{ field }],
      });
      expect(answer.body.detail).toContain(field);
    }
  });

  test('openapi.json is OpenAPI 3.1 and lists every route of the API with its answers', async () => {
    const { status, body } = await service.get('/api/openapi.json');
    expect(status).toBe(200);
    expect(body.openapi).toMatch(/^3\.1\.\d+$/);
    expect(body.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
    const listed = Object.entries(body.paths as Record<string, Record<string, any>>).flatMap(([url, item]) =>
      Object.entries(item).map(([method, operation]) => {
        expect(Object.keys(operation.responses), `${method} ${url}`).not.toHaveLength(0);
        for (const code of Object.keys(operation.responses)) expect(code).toMatch(/^([1-5]\d\d|default)$/);
        for (const name of url.match(/(?<=\{)\w+(?=\})/g) ?? [])
          expect(
            operation.parameters.map((p: any) => `${p.in} ${p.name}`),
            url,
          ).toContain(`path ${name}`);
        return `${method.toUpperCase()} ${url}`;
      }),
    );
    expect(listed).toEqual(
      expect.arrayContaining([
        'POST /api/v1/events',
        'POST /api/v1/events/{event_id}/void',
        'GET /api/v1/areas',
        'GET /api/v1/coverage',
        'GET /api/v1/activity',
        'POST /api/v1/siting',
        'GET /api/v1/sources',
        'POST /api/v1/sources',
        'GET /api/v1/sources.csv',
        'GET /api/v1/sources/{id}',
        'PUT /api/v1/sources/{id}',
        'DELETE /api/v1/sources/{id}',
        'GET /api/v1/rejects',
        'GET /api/v1/rejects.csv',
        'GET /api/v1/vehicles',
        'GET /api/v1/stops',
        'GET /osmand',
        'GET /gtfs-rt/vehicle-positions',
        'GET /api/v1/status',
        'GET /api/v1/basemap',
        'GET /health/live',
        'GET /health/ready',
      ]),
    );
    const text = JSON.stringify(body);
    for (const [, pointer] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = (pointer ?? '')
        .split('/')
        .reduce((node: any, key) => node?.[key.replace('~1', '/')], body);
      expect(found, pointer).toBeDefined();
    }
    const events = body.paths['/api/v1/events'].post;
    expect(Object.keys(events.requestBody.content)).toEqual([
      'application/json',
      'application/x-ndjson',
      'text/csv',
    ]);
    for (const field of ['event_id', 'learner_id', 'headcount'])
      expect(JSON.stringify(events)).toContain(`"${field}"`);
    expect((await service.get('/api/docs')).status).toBe(200);
  });
});

describe('sources', () => {
  const put = async (id: string, body: unknown) => {
    const response = await fetch(`${service.url}/api/v1/sources/${encodeURIComponent(id)}`, {
      method: 'PUT',
      headers: JSON_TYPE,
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as any };
  };
  const find = async (id: string) =>
    (await service.get('/api/v1/sources')).body.sources.find((source: any) => source.source_id === id);
  const centre = { source: 'centre', name: 'Trung tâm "Học"\t1', kind: 'centre' };
  const neverHeard = { last_seen: null, events: null };

  test('what is registered is listed as it was sent, and replaced when it is sent again', async () => {
    const whole = {
      ...centre,
      lon: 106.704,
      lat: 10.759,
      ward: '27265',
      seats: 40,
      hours: 'Mo-Fr 08:00-21:00',
      computers: 3,
      internet: true,
    };
    const expected = { source_id: 'clc-9', ...whole, registered: true };
    expect(await put('clc-9', whole)).toEqual({ status: 200, body: expected });
    expect(await find('clc-9')).toEqual({ ...expected, ...neverHeard });
    const moved = await put('clc-9', { ...centre, name: 'Moved', ward: '26740' });
    expect(moved.body).toEqual({
      ...expected,
      name: 'Moved',
      ward: '26740',
      lon: null,
      lat: null,
      seats: null,
      hours: null,
      computers: null,
      internet: null,
    });
    expect(await find('clc-9')).toEqual({ ...moved.body, ...neverHeard });
  });

  test('null means not given, as if the field were left out: it is not zero', async () => {
    const { status, body } = await put('clc-null', { ...centre, ...NOTHING_GIVEN });
    expect(status).toBe(200);
    expect(body).toEqual({ source_id: 'clc-null', ...centre, ...NOTHING_GIVEN, registered: true });
    expect(await find('clc-null')).toEqual({ ...body, ...neverHeard });
  });

  test('without a ward its point finds one; events without a place are then counted there', async () => {
    const { body } = await put('clc-point', { ...centre, lon: 106.704, lat: 10.759 });
    expect(body.ward).toBe('27265');
    const { ward: _, ...nowhere } = anEvent({ source_id: 'clc-point' });
    await service.send(nowhere);
    await service.app.services.caughtUp();
    const rows = await service.store.query(
      `SELECT ward, toString(located_by) AS located_by, lon, lat, flags FROM events_raw WHERE source_id = 'clc-point'`,
    );
    expect(rows).toEqual([{ ward: '27265', located_by: 'source', lon: 106.704, lat: 10.759, flags: 0 }]);
  });

  test('a source that only events name is listed as not registered; kind filters', async () => {
    await service.send(anEvent({ source: 'mobile_library', source_id: 'bus-unknown' }));
    expect(await find('bus-unknown')).toMatchObject({
      kind: 'vehicle',
      registered: false,
      name: 'bus-unknown',
    });
    const vehicles = (await service.get('/api/v1/sources?kind=vehicle')).body.sources;
    expect(vehicles.map((source: any) => source.source_id)).toContain('bus-unknown');
    expect(new Set(vehicles.map((source: any) => source.kind))).toEqual(new Set(['vehicle']));
    expect((await service.get('/api/v1/sources?kind=castle')).status).toBe(400);
  });

  test.each<[string, unknown, string]>([
    ['a/b', centre, 'id'],
    ['x'.repeat(65), centre, 'id'],
    ['ok', { ...centre, source: 'school' }, 'source'],
    ['ok', { ...centre, kind: 'castle' }, 'kind'],
    ['ok', { ...centre, name: '' }, 'name'],
    ['ok', { source: 'centre', kind: 'centre' }, 'name'],
    ['ok', { ...centre, lon: 106.7 }, 'lat'],
    ['ok', { ...centre, lon: 200, lat: 10 }, 'lon'],
    ['ok', { ...centre, ward: '00001' }, 'ward'],
    ['ok', { ...centre, seats: -1 }, 'seats'],
  ])('PUT %s %j is 400 naming %s, and nothing is registered', async (id, body, field) => {
    const answer = await put(id, body);
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain(field);
    expect(await find(id)).toBeUndefined();
  });
});

describe('after a restart', () => {
  test('everything is there, an id is still known, and a conflict is still one', async () => {
    const event = anEvent({ source_id: 'before' });
    await service.send(event);
    await service.app.services.caughtUp();
    const before = await countEverywhere(service.store);
    await service.stop({ keep: true });
    service = await startTestService({}, service.dataDir);
    expect(await countEverywhere(service.store)).toEqual(before);
    expect((await service.send(event)).body).toEqual({ accepted: 0, duplicates: 1, rejected: [] });
    expect((await service.send({ ...event, headcount: 9 })).body.rejected[0]).toMatchObject({
      reason: 'conflict',
    });
    await service.app.services.caughtUp();
    expect(service.app.services.live.counters.read('27265', 7, 1)[1]).toBe(
      (await service.get('/api/v1/coverage')).body.areas.find((area: any) => area.code === '27265').events,
    );
  });
});

describe("a learner's id", () => {
  /** Every file under a folder that holds one of these texts, by bytes. */
  function filesWith(directory: string, texts: readonly string[]): string[] {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .filter((file) => {
        const bytes = readFileSync(file);
        return texts.some((text) => bytes.includes(text));
      });
  }

  test('is nowhere on the disk, in no log line and in no answer, however the event fared', async () => {
    // The engine is this process's own: its store goes on in the same folder, with everything logged.
    await service.stop({ keep: true });
    let log = '';
    const sink = new Writable({
      write(chunk, _encoding, done) {
        log += chunk;
        done();
      },
    });
    const { dataDir } = service;
    const config = readConfig({ PORT: '0', DATA_DIR: dataDir });
    const running = await startService(config, {
      demo: true,
      logger: { level: 'trace', stream: sink } as never,
    });
    const id = () => `Odd0${randomUUID().replaceAll('-', '')}`;
    const ids: Record<string, string> = {};
    const secret = (name: string) => {
      ids[name] = id();
      return ids[name] as string;
    };
    const conflicting = anEvent({ learner_id: secret('conflicting, first') });
    const marker = `marker-${randomUUID()}`;
    const records: unknown[] = [
      anEvent({ learner_id: secret('accepted, local'), programme: marker }),
      anEvent({ learner_id: secret('accepted, cccd'), learner_id_type: 'cccd' }),
      anEvent({ learner_id: secret('accepted, card'), learner_id_type: 'card' }),
      conflicting,
      { ...conflicting, learner_id: secret('conflicting, second'), headcount: 7 },
      { ...conflicting, learner_id: secret('duplicate') },
      { ...anEvent(), learner_id: secret('bad time'), occurred_at: 'x' },
      { ...anEvent(), learner_id: secret('bad ward'), ward: '1' },
      { ...anEvent(), learner_id: [secret('in an array')] },
      { ...anEvent(), learner_id: { number: secret('in an object') } },
      { ...anEvent(), learner_id: secret('too long').repeat(9) },
      { ...anEvent(), activity: 'slept', learner: { id: secret('in an unknown field of a refused row') } },
      { ...anEvent(), location: { lon: 'x', lat: 1, learner_id: secret('inside a wrong location') } },
      { learner_id: secret('hardly an event') },
      secret('a bare string'),
      [secret('in a nested array')],
    ];
    const post = (body: string, type: Record<string, string>, query = '') =>
      fetch(`${running.url}/api/v1/events${query}`, { method: 'POST', headers: type, body });
    const answers: string[] = [];
    answers.push(await (await post(JSON.stringify(records), JSON_TYPE)).text());
    answers.push(await (await post(`{"learner_id": "${secret('broken JSON')}", `, JSON_TYPE)).text());
    answers.push(
      await (
        await post(`{"learner_id": "${secret('broken line')}"\n"${secret('a string line')}"`, NDJSON_TYPE)
      ).text(),
    );
    answers.push(await (await post(secret('another type'), { 'content-type': 'text/plain' })).text());
    const wanted = JSON.parse(answers[0] ?? '') as { accepted: number; rejected: unknown[] };
    expect([wanted.accepted, wanted.rejected.length]).toEqual([4, 11]);
    const rejects = await running.store.query<Record<string, string>>('SELECT * FROM rejects');
    await running.close();

    const found = (text: string) =>
      Object.entries(ids).flatMap(([name, value]) => (text.includes(value) ? [name] : []));
    expect(found(JSON.stringify(rejects)), 'table rejects').toEqual([]);
    expect(found(answers.join('\n')), 'answers').toEqual([]);
    expect(found(log), 'log').toEqual([]);
    expect(log).toContain('listening');
    // The search works: what is meant to be stored is found in the same files (the engine keeps short parts plain).
    expect(filesWith(dataDir, [marker]).length, 'files with what is stored').toBeGreaterThan(0);
    for (const [name, value] of Object.entries(ids))
      expect(filesWith(dataDir, [value, value.toUpperCase(), value.toLowerCase()]), name).toEqual([]);
    expect(rejects.length).toBeGreaterThan(10);
    service = await startTestService({}, dataDir);
  });
});
