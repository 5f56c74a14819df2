import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACTIVITIES, LEARNER_GROUPS } from '../../server/contract/event.ts';
import { anEvent, startTestService, type TestService } from '../helper/service.ts';

const NDJSON_TYPE = { 'content-type': 'application/x-ndjson' };
const CSV_TYPE = { 'content-type': 'text/csv' };
const GZIP = { 'content-encoding': 'gzip' };

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

/** Events the store counts, all time; whatever was answered before is in it. */
const counted = async () => Number((await service.get('/api/v1/status')).body.events);
const ndjson = (records: readonly unknown[]) => records.map((record) => JSON.stringify(record)).join('\n');

/** Rows of `events_raw` by id, without what differs between two sendings of the same event. */
async function storedRows(ids: readonly string[]): Promise<unknown[]> {
  await counted();
  const rows = await service.store.query<{ id: string }>(
    `SELECT toString(event_id) AS id, * EXCEPT (event_id, received_at) FROM events_raw
     WHERE event_id IN {ids:Array(UUID)}`,
    { ids: [...ids] },
  );
  const byId = new Map(rows.map(({ id, ...row }) => [id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

type Loose = Record<string, unknown>;
const COLUMNS = [
  'programme',
  'lat',
  'lon',
  'event_id',
  'occurred_at',
  'source',
  'source_id',
  'activity',
  'learner_id',
  'learner_id_type',
  'learner_group',
  'sex',
  'home_ward',
  'ward',
  'division',
  'duration_min',
  'headcount',
];

function csv(events: readonly Loose[], delimiter = ',', newline = '\n', bom = ''): string {
  const cell = (value: unknown) => {
    const text = Array.isArray(value) ? value.join('|') : String(value ?? '');
    return /["\r\n,;\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const value = (event: Loose, column: string) =>
    column === 'lon' || column === 'lat' ? (event.location as Loose | undefined)?.[column] : event[column];
  const rows = events.map((event) => COLUMNS.map((column) => cell(value(event, column))).join(delimiter));
  return bom + [COLUMNS.join(delimiter), ...rows, ''].join(newline);
}

describe('the same events', () => {
  const word = fc.string({
    unit: fc.constantFrom('a', ' ', '"', ',', ';', '\n', '\r\n', '\t', '\\', 'ữ', '😀', '|', '\ufffd'),
    minLength: 1,
    maxLength: 20,
  });
  const often = <T>(sound: fc.Arbitrary<T>, ...faulty: unknown[]) =>
    fc.oneof({ arbitrary: sound, weight: 12 }, { arbitrary: fc.constantFrom(...faulty), weight: 1 });
  const event = fc.record<Loose>(
    {
      occurred_at: often(
        fc.integer({ min: 0, max: 40 }).map((days) => new Date(Date.now() - days * 86_400_000).toISOString()),
        'yesterday',
        '2999-01-01T00:00:00Z',
        undefined,
      ),
      source: often(fc.constantFrom('centre', 'mobile_library', 'online_course'), 'school'),
      source_id: often(fc.stringMatching(/^[A-Za-z0-9._:-]{1,20}$/), 'a b', undefined),
      activity: often(fc.constantFrom(...ACTIVITIES), 'slept'),
      learner_id: fc.option(word, { nil: undefined }),
      learner_id_type: fc.constantFrom(undefined, 'local', 'card'),
      learner_group: often(
        fc.option(fc.subarray([...LEARNER_GROUPS], { minLength: 1 }), { nil: undefined }),
        ['cat'],
      ),
      sex: often(fc.constantFrom(undefined, 'f', 'm'), 'q'),
      home_ward: fc.constantFrom(undefined, '27265', '26740', '00001'),
      ward: often(fc.constantFrom(undefined, '27265', '26740'), '99999'),
      division: fc.constantFrom(undefined, '2025'),
      location: often(
        fc.option(
          fc.record({
            lon: fc.double({ min: 106.5, max: 106.9, noNaN: true }),
            lat: fc.double({ min: 10.6, max: 10.9, noNaN: true }),
          }),
          { nil: undefined },
        ),
        { lon: 2.35, lat: 48.85 },
        { lon: 106.7 },
        { lon: 106.7, lat: 'north' },
      ),
      programme: fc.option(word, { nil: undefined }),
      duration_min: often(
        fc.option(fc.double({ min: 0, max: 1440, noNaN: true }), { nil: undefined }),
        'forty',
        -1,
      ),
      headcount: often(fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }), 0, 2.5, 'many'),
    },
    { noNullPrototype: true },
  );

  /** Each way of writing events, and its headers. */
  const ways: [string, (events: Loose[]) => string, Record<string, string>][] = [
    ['array', (events) => JSON.stringify(events), {}],
    ['array, indented', (events) => JSON.stringify(events, null, '\t'), {}],
    ['NDJSON', (events) => ndjson(events), NDJSON_TYPE],
    ['CSV', (events) => csv(events), CSV_TYPE],
    ['CSV as a spreadsheet writes it', (events) => csv(events, ';', '\r\n', '\ufeff'), CSV_TYPE],
    ['CSV with tabs', (events) => csv(events, '\t'), { 'content-type': 'text/csv; charset=UTF-8' }],
  ];

  test('sent as JSON, NDJSON and CSV, gzip or not, give the same answer and the same rows', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 20, maxLength: 60, size: 'max' }), async (events) => {
        const answers: unknown[] = [];
        const sent: string[][] = [];
        for (const [name, write, headers] of ways) {
          for (const packed of [false, true]) {
            const fresh = events.map((one) => ({ event_id: randomUUID(), ...one }));
            const body = Buffer.from(write(fresh));
            const { status, body: answer } = packed
              ? await service.send(gzipSync(body), { ...headers, ...GZIP })
              : await service.send(body, headers);
            expect(status, name).toBe(200);
            const ids = fresh.map(({ event_id }) => event_id);
            expect(answer.rejected.map((r: any) => r.event_id)).toEqual(
              answer.rejected.map((r: any) => ids[r.index]),
            );
            answers.push({
              ...answer,
              rejected: answer.rejected.map((r: any) => [r.index, r.reason, r.detail]),
            });
            sent.push(ids);
            // Sent again in any other form they are known, so the form is no part of the content.
            if (packed) continue;
            const again = await service.send(ndjson(fresh), NDJSON_TYPE);
            expect([again.body.accepted, again.body.duplicates], name).toEqual([0, answer.accepted]);
          }
        }
        for (const answer of answers) expect(answer).toEqual(answers[0]);
        const rows = await storedRows(sent.flat());
        for (let i = 0; i < sent.length; i++)
          expect(rows.slice(i * events.length, (i + 1) * events.length)).toEqual(
            rows.slice(0, events.length),
          );
      }),
      { numRuns: 2 },
    );
  });

  test('one object alone, whole and in pieces of unknown length', async () => {
    const one = anEvent();
    expect((await service.send(one)).body).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    const body = new ReadableStream({
      start(controller) {
        for (const byte of Buffer.from(JSON.stringify(one))) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const response = await fetch(`${service.url}/api/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      duplex: 'half',
    } as RequestInit);
    expect(await response.json()).toEqual({ accepted: 0, duplicates: 1, rejected: [] });
  });
});

describe('a large body', () => {
  test.each([
    ['array', (events: Loose[]) => JSON.stringify(events), {}],
    ['NDJSON', (events: Loose[]) => ndjson(events), NDJSON_TYPE],
    ['CSV', (events: Loose[]) => csv(events), CSV_TYPE],
  ])('%s: every record has its index', async (_, write, headers) => {
    const events: Loose[] = Array.from({ length: 3_000 }, (_, i) =>
      i % 997 === 3
        ? anEvent({ activity: 'slept' as never })
        : anEvent({ source_id: 'large', programme: 'Tuần lễ' }),
    );
    const body = Buffer.from(write(events));
    expect(body.length).toBeGreaterThan(256 * 1024);
    const { body: answer } = await service.send(body, headers);
    expect(answer.accepted).toBe(2_996);
    expect(answer.rejected.map((r: any) => [r.index, r.event_id, r.reason])).toEqual(
      [3, 1000, 1997, 2994].map((i) => [i, events[i]?.event_id, 'bad_activity']),
    );
  });

  test('an array that turns out broken at its end is one bad_json; nothing of it is taken or kept', async () => {
    const before = await service.get('/api/v1/status');
    const events = Array.from({ length: 3_000 }, (_, i) =>
      i % 2 ? anEvent() : anEvent({ activity: 'slept' as never }),
    );
    const { status, body } = await service.send(JSON.stringify(events).slice(0, -1));
    expect(status).toBe(200);
    expect(body).toEqual({
      accepted: 0,
      duplicates: 0,
      rejected: [
        { index: 0, event_id: null, reason: 'bad_json', detail: expect.stringContaining('record 2999') },
      ],
    });
    const after = await service.get('/api/v1/status');
    expect(after.body.events).toBe(before.body.events);
    expect(after.body.rejected.bad_activity).toBe(before.body.rejected.bad_activity);
    expect(after.body.rejected.bad_json).toBe((before.body.rejected.bad_json ?? 0) + 1);
  });

  test.each([
    ['JSON', 'application/json'],
    ['NDJSON', 'application/x-ndjson'],
    ['CSV', 'text/csv'],
  ])('a gzip bomb that says it is %s is 413, and the next request is answered', async (_, type) => {
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024), { level: 1 });
    const answer = await service.send(bomb, { 'content-type': type, ...GZIP });
    expect(answer).toMatchObject({ status: 413, body: { type: '/problems/too-large' } });
    expect((await service.send(anEvent())).body.accepted).toBe(1);
  });

  test('of millions of tiny records is 413, and nothing of it is taken', async () => {
    const before = await counted();
    const body = Buffer.from(`${JSON.stringify(anEvent())}\n${'1\n'.repeat(500_000)}`);
    const answer = await service.send(body, NDJSON_TYPE);
    expect(answer).toMatchObject({
      status: 413,
      body: { detail: 'body: allowed at most 500000 records; nothing of this one was taken' },
    });
    expect(await counted()).toBe(before);
  });
});

describe('CSV', () => {
  const header = 'event_id,occurred_at,source,source_id,activity';
  const row = (id = randomUUID()) => `${id},${new Date().toISOString()},centre,clc-csv,attended`;

  test('rows that are none are bad_json without an id or text; the others are taken', async () => {
    const text = [header, row(), `${row()},secret-99`, '', `"${row()}`, row(), 'secret-99'].join('\r\n');
    const { body } = await service.send(text, CSV_TYPE);
    expect(body).toEqual({
      accepted: 2,
      duplicates: 0,
      rejected: [
        { index: 1, event_id: null, reason: 'bad_json', detail: 'row: given 6 cells, the header has 5' },
        {
          index: 2,
          event_id: null,
          reason: 'bad_json',
          detail: 'row: a quote is not closed, or stands where none belongs',
        },
        { index: 4, event_id: null, reason: 'bad_json', detail: 'row: given 1 cells, the header has 5' },
      ],
    });
  });

  test('without rows nothing is taken; without a required column every record lacks it', async () => {
    for (const text of ['', header, `\ufeff${header}\r\n\r\n`])
      expect(await service.send(text, CSV_TYPE)).toMatchObject({
        status: 200,
        body: { accepted: 0, duplicates: 0, rejected: [] },
      });
    const { body } = await service.send('event_id,source\n1,centre\n2,centre\n', CSV_TYPE);
    expect(body.rejected.map((r: any) => [r.index, r.event_id, r.reason])).toEqual([
      [0, '1', 'missing_field'],
      [1, '2', 'missing_field'],
    ]);
  });

  test('in another charset is 415 and names what is allowed', async () => {
    for (const [charset, status] of [
      ['utf-8', 200],
      ['"UTF-8"', 200],
      ['windows-1258', 415],
      ['utf-16', 415],
    ] as const) {
      const answer = await service.send(`${header}\n${row()}\n`, {
        'content-type': `text/csv; charset=${charset}`,
      });
      expect(answer.status, charset).toBe(status);
      if (status === 415) expect(answer.body.detail).toContain('allowed utf-8');
    }
  });

  test('is in the API description with an example that the service takes', async () => {
    const { body } = await service.get('/api/openapi.json');
    const { content } = body.paths['/api/v1/events'].post.requestBody;
    expect(Object.keys(content)).toEqual(['application/json', 'application/x-ndjson', 'text/csv']);
    const example = content['text/csv'].example as string;
    const now = example.replace('2026-11-20T09:15:00+07:00', new Date().toISOString());
    expect((await service.send(now, CSV_TYPE)).body).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
  });
});
