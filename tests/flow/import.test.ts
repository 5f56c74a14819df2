import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { ChdbConnection } from 'chdb/connection';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importEvents } from '../../server/ingest/import/import-events.ts';
import type { ImportReport } from '../../server/ingest/import/import-report.ts';
import { embeddedPath } from '../../server/store/client.ts';
import { anEvent, startTestService, type TestService, temporaryDir } from '../helper/service.ts';

const directory = temporaryDir();
let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

const NOTHING = () => undefined;
const file = (name: string, content: string | Buffer) => {
  const full = path.join(directory, name);
  writeFileSync(full, content);
  return full;
};
const ndjson = (records: readonly unknown[]) => records.map((record) => JSON.stringify(record)).join('\n');
const counted = async () => Number((await service.get('/api/v1/status')).body.events);

/** Imports files and returns what became of the last. */
async function run(files: string[], restart = false, signal?: AbortSignal): Promise<ImportReport> {
  const { reports, failed } = await importEvents(service.app.services, { files, restart }, NOTHING, signal);
  if (failed !== null) throw new Error(failed);
  return reports.at(-1) as ImportReport;
}

const refusedOf = ({ refused }: ImportReport) =>
  Object.fromEntries(Object.entries(refused).map(([reason, { count }]) => [reason, count]));

describe('the same records through both doors', () => {
  const UUID = /"[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"/gi;
  /** The same text with other ids, one for one: both go into one store and must not meet. */
  const withIds = (first: string, text: string) => text.replace(UUID, `"${first}$1"`);
  const [POSTED, IMPORTED] = ['aaaaaaaa', 'bbbbbbbb'];

  const optional = <T>(values: readonly T[]) =>
    fc.option(fc.constantFrom(...values), { nil: undefined, freq: 3 });
  const sound = fc.record({
    event_id: fc.uuid(),
    occurred_at: fc.constantFrom(
      '2026-01-20T09:15:00+07:00',
      '2025-03-01T23:30:00.250Z',
      '2020-01-02T00:00:00-05:30',
    ),
    source: fc.constantFrom('centre', 'mobile_library', 'online_course'),
    source_id: fc.constantFrom('both-doors-1', 'both-doors-2'),
    activity: fc.constantFrom('attended', 'registered', 'requested'),
    learner_id: optional(['079203001234', ' 079 203 001234', '0901234567', 'Trần "Bé" 7']),
    learner_id_type: optional(['cccd', 'phone', 'card', 'local']),
    learner_group: optional([['retiree'], ['child', 'disability'], 'other', []]),
    sex: optional(['f', 'm', 'x']),
    home_ward: optional(['27265', '26740', '00001']),
    division: optional(['2025', 'pre-2025']),
    location: optional([
      { lon: 106.704, lat: 10.759 },
      { lon: 106.8, lat: 10.9, note: 'x' },
    ]),
    ward: optional(['27265', '26740']),
    programme: optional(['tuần lễ\t"2026"', '']),
    duration_min: optional([0, 44.6, 1440]),
    headcount: optional([1, 30, 500]),
    unknown: optional(['ignored']),
  });
  const fields = [
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
    'division',
    'location',
    'ward',
    'programme',
    'duration_min',
    'headcount',
  ] as const;
  const faults = [
    undefined,
    null,
    'x',
    '',
    3,
    -1,
    1e9,
    1.5,
    true,
    [],
    ['x'],
    {},
    { lon: 500, lat: 1 },
    { lon: 2.35, lat: 48.85 },
    { lon: 106.7 },
    '2999-01-01T00:00:00Z',
    '2019-12-31T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '99999',
    'a'.repeat(200),
  ];
  const broken = fc
    .tuple(sound, fc.constantFrom(...fields), fc.constantFrom(...faults))
    .map(([event, field, fault]) => ({ ...event, [field]: fault }) as unknown);
  const line = fc.oneof(
    { weight: 6, arbitrary: sound.map((event) => JSON.stringify(event)) },
    { weight: 6, arbitrary: broken.map((event) => JSON.stringify(event)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        '  ',
        '{"broken',
        '[1, 2]',
        '"text"',
        'null',
        '{"learner_id": "079203001234"',
      ),
    },
  );
  /** Lines, some of them sent again as they are or with other content. */
  const lines = fc
    .array(fc.record({ line, again: fc.option(fc.nat()), otherwise: fc.boolean() }), {
      minLength: 60,
      maxLength: 160,
    })
    .map((made) =>
      made.flatMap(({ line: text, again, otherwise }) => {
        const earlier = again === null ? undefined : made[again % made.length]?.line;
        if (earlier === undefined) return [text];
        return [text, otherwise ? earlier.replace('"attended"', '"completed"') : earlier];
      }),
    );
  const cell = (value: unknown) => `"${String(value ?? '').replaceAll('"', '""')}"`;
  /** The lines that are objects, as CSV: what is no text there becomes some. */
  const asCsv = (made: string[]) => {
    const objects = made.flatMap((text) => {
      try {
        const record = JSON.parse(text) as unknown;
        return typeof record === 'object' && record !== null ? [record as Record<string, unknown>] : [];
      } catch {
        return [];
      }
    });
    const rows = objects.map((record) =>
      fields.map((field) => {
        const value = record[field];
        if (field === 'location') return `${cell((value as any)?.lon)},${cell((value as any)?.lat)}`;
        return cell(Array.isArray(value) ? value.join('|') : typeof value === 'object' ? '' : value);
      }),
    );
    return [fields.join(',').replace('location', 'lon,lat'), ...rows.map((row) => row.join(','))].join('\n');
  };
  const formats = {
    ndjson: { type: 'application/x-ndjson', write: (made: string[]) => made.join('\n') },
    csv: { type: 'text/csv', write: asCsv },
  };

  let nr = 0;
  /** Refusals as a report counts them: each reason with its first three. */
  const byReason = (rejected: { index: number; reason: string; detail: string }[]) => {
    const reasons: Record<string, { count: number; first: unknown[] }> = {};
    for (const { index, reason, detail } of rejected) {
      const known = reasons[reason] ?? { count: 0, first: [] };
      reasons[reason] = known;
      if (known.count++ < 3) known.first.push({ index, detail });
    }
    return reasons;
  };

  test('give the same rows, the same refusals by record and reason, and the same counts', async () => {
    const { store } = service;
    const stored = async (first: string) =>
      (
        await store.query<{ row: string }>(
          `SELECT toString(tuple(* EXCEPT (event_id, received_at), substring(toString(event_id), 9) AS rest)) AS row
           FROM events_raw WHERE startsWith(toString(event_id), {first:String}) ORDER BY row`,
          { first },
        )
      ).map(({ row }) => row);
    const refused = async (key_id: string) =>
      (
        await store.query<Record<string, string>>(
          'SELECT source, source_id, event_id, reason, detail, record FROM refused_records WHERE key_id = {key_id:String}',
          { key_id },
        )
      )
        .map((row) => JSON.stringify(row).replaceAll(IMPORTED, POSTED))
        .sort();
    const sendings = fc.array(
      fc.record({ made: lines, format: fc.constantFrom<'ndjson' | 'csv'>('ndjson', 'csv') }),
      {
        minLength: 4,
        maxLength: 6,
      },
    );
    await fc.assert(
      fc.asyncProperty(sendings, async (sent) => {
        const texts = sent.map(({ made, format }) => ({ text: formats[format].write(made), format }));
        const answers: any[] = [];
        for (const { text, format } of texts) {
          const answer = await service.send(withIds(POSTED, text), { 'content-type': formats[format].type });
          expect(answer.status).toBe(200);
          answers.push(answer.body);
        }
        const files = texts.map(({ text, format }) =>
          file(`both-${nr++}.${format}`, withIds(IMPORTED, text)),
        );
        const { reports } = await importEvents(service.app.services, { files, restart: false }, NOTHING);
        expect(JSON.parse(JSON.stringify(reports).replaceAll(IMPORTED, POSTED))).toMatchObject(
          answers.map(({ accepted, duplicates, rejected }) => ({
            accepted,
            duplicates,
            refused: byReason(rejected),
          })),
        );
        expect(await stored(IMPORTED)).toEqual(await stored(POSTED));
        expect(await refused('import')).toEqual(await refused('open-access'));
      }),
      { numRuns: 2 },
    );
    expect((await stored(POSTED)).length).toBeGreaterThan(50);
    expect((await refused('import')).length).toBeGreaterThan(50);
  });
});

describe('a file', () => {
  test('is counted once, however often it is imported; live figures are right; other files follow', async () => {
    const before = await counted();
    const ward = '26740';
    const live = () => service.app.services.live.counters.read(ward, 7, 1)[1] ?? 0;
    const shown = live();
    const events = Array.from({ length: 25_000 }, () => anEvent({ ward, source_id: 'import-once' }));
    const files = [
      file('once.ndjson.gz', gzipSync(ndjson(events))),
      file(
        'more.csv',
        `event_id,occurred_at,source,source_id,activity\n${randomUUID()},2026-01-01T00:00:00Z,centre,c,attended\n`,
      ),
    ];
    const again = [...files, ...files.slice(0, 1)];
    const importing = importEvents(service.app.services, { files: again, restart: false }, NOTHING);
    await expect(run(files)).rejects.toThrow('An import is running');
    const { reports } = await importing;
    expect(reports).toMatchObject([
      {
        name: 'once.ndjson.gz',
        records: 25_000,
        accepted: 25_000,
        duplicates: 0,
        refused: {},
        resumed_from: 0,
      },
      { name: 'more.csv', records: 1, accepted: 1 },
      { name: 'once.ndjson.gz', accepted: 0, duplicates: 25_000, resumed_from: 0 },
    ]);
    expect(await counted()).toBe(before + 25_001);
    expect(live()).toBe(shown + 25_000);
  });

  test('as Parquet gives what the same events give as NDJSON', async () => {
    const events = Array.from({ length: 300 }, (_, i) =>
      anEvent({
        occurred_at: new Date(Date.UTC(2026, 0, 1) + i * 3_600_000).toISOString(),
        source_id: 'as-parquet',
        learner_id: `L${i % 20}`,
        learner_group: i % 2 ? ['retiree'] : [],
        headcount: i % 50 === 7 ? 999 : 1 + (i % 9),
        ...(i % 3 ? { location: { lon: 106.7 + i / 1e4, lat: 10.76 } } : {}),
      }),
    );
    const lines_file = file('same.ndjson', ndjson(events));
    const parquet = path.join(directory, 'same.parquet');
    const engine = new ChdbConnection({ path: embeddedPath(service.dataDir) });
    await engine.command({
      query: `INSERT INTO FUNCTION file('${parquet}', 'Parquet') SELECT * FROM file('${lines_file}', 'JSONEachRow',
        'event_id UUID, occurred_at String, source String, source_id String, activity String, ward String, duration_min Int32,
         learner_id String, learner_group Array(String), headcount Int32, location Tuple(lon Nullable(Float64), lat Nullable(Float64))')`,
    });
    await engine.close();
    const input = { files: [parquet, lines_file], restart: false };
    const [first, second] = (await importEvents(service.app.services, input, NOTHING)).reports;
    if (!first || !second) expect.fail('two reports');
    expect(first).toMatchObject({ records: 300, accepted: 294, duplicates: 0 });
    expect(refusedOf(first)).toEqual({ out_of_range: 6 });
    expect(first.refused.out_of_range?.first.map(({ index }) => index)).toEqual([7, 57, 107]);
    // What a resend is told by its content: nothing of it was lost or changed on the way.
    expect(second).toMatchObject({ accepted: 0, duplicates: 294 });
    expect(refusedOf(second)).toEqual({ out_of_range: 6 });
  });

  test('that is interrupted goes on where it was, and --restart reads it from the start', async () => {
    const before = await counted();
    const events = Array.from({ length: 32_000 }, () => anEvent({ source_id: 'interrupted' }));
    const whole = file('interrupted.ndjson', ndjson(events));
    const stop = new AbortController();
    const interrupted = await importEvents(
      service.app.services,
      { files: [whole], restart: false },
      () => stop.abort(),
      stop.signal,
    );
    expect(interrupted.failed).toMatch(
      /^interrupted\.ndjson: interrupted after [\d,]+ records; the same command/,
    );
    const done = interrupted.reports[0]?.records ?? 0;
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(32_000);
    const rest = await run([whole]);
    // What was on its way when it was interrupted is known by its ids.
    expect(rest).toMatchObject({ records: 32_000, resumed_from: done });
    expect(rest.accepted + rest.duplicates).toBe(32_000);
    expect(await counted()).toBe(before + 32_000);
    expect(await run([whole], true)).toMatchObject({ duplicates: 32_000, resumed_from: 0 });
  });

  test('waits while the buffer is too busy, locates again under new boundaries, loses and repeats nothing', async () => {
    const before = await counted();
    const { buffer } = service.app.services;
    const events = Array.from({ length: 100 }, () => anEvent({ source_id: 'patient' }));
    const steps: string[] = [];
    const submit = buffer.submit.bind(buffer);
    const refusals = ['too-busy', 'boundaries-changed', 'too-busy'];
    const { ProblemError } = await import('../../server/errors.ts');
    buffer.submit = (submission) => {
      const slug = refusals.shift();
      if (slug !== undefined) {
        return Promise.reject(new ProblemError(503, slug, 'Busy.', { headers: { 'retry-after': '0' } }));
      }
      return submit(submission);
    };
    try {
      const { reports } = await importEvents(
        service.app.services,
        { files: [file('patient.ndjson', ndjson(events))], restart: false },
        (step) => steps.push(step),
      );
      expect(reports).toMatchObject([{ accepted: 100, duplicates: 0 }]);
    } finally {
      buffer.submit = submit;
    }
    expect(steps.filter((step) => step === 'patient.ndjson: waiting. Busy.')).toHaveLength(2);
    expect(await counted()).toBe(before + 100);
  });

  test('that is cut off as gzip fails after what could be read, quoting nothing', async () => {
    const events = Array.from({ length: 500 }, () =>
      anEvent({ source_id: 'cut-off', learner_id: '079203001234' }),
    );
    const packed = gzipSync(ndjson(events));
    const { failed } = await importEvents(
      service.app.services,
      { files: [file('cut.ndjson.gz', packed.subarray(0, packed.length >> 1))], restart: false },
      NOTHING,
    );
    expect(failed).toBe('cut.ndjson.gz: it is no gzip, or ends too early');
  });
});

test('no HTTP caller reaches an import', async () => {
  for (const url of ['/import-events', '/api/v1/import', '/api/v1/import-events']) {
    expect((await fetch(`${service.url}${url}`, { method: 'POST', body: '{}' })).status).toBe(404);
  }
});
