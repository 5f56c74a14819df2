import { randomUUID } from 'node:crypto';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nearestNeighbours } from '../../geo/adjacency.ts';
import { createKey } from '../../server/access/keys.ts';
import { CoverageSchema, CrosswalkSchema, SilenceSchema } from '../../server/contract/coverage.ts';
import type { LearningEvent } from '../../server/contract/event.ts';
import { DAY_MS, HOUR_MS, startOfCityDay, toCityIso } from '../../server/contract/time.ts';
import { cityHourOf } from '../../server/coverage/city-hour.ts';
import { nowcastRange } from '../../server/coverage/nowcast.ts';
import { readAccess } from '../../server/coverage/read-access.ts';
import { delayTable } from '../../server/coverage/reporting-delay.ts';
import { windowOf } from '../../server/coverage/window.ts';
import { EVENT_COLUMNS, toEngineTime } from '../../server/store/event-row.ts';
import { startTestService, type TestService } from '../helper/service.ts';

// A hand-made city: every ward reaches 6 of 10,000 residents, but the wards of one former district nearly nobody.

const ADMIN_KEY = 'the-admin-key-of-the-test-0123456789';
const admin = { authorization: `Bearer ${ADMIN_KEY}` };
const COLD = '783'; // Củ Chi
const ANONYMOUS = '27265'; // Khánh Hội: half of its rows name nobody
const GUESSED = '26740'; // Sài Gòn: half of its learners never said where they live
const FEW = '26743'; // Bến Thành: 3 learners
const NOW = Date.now();
const TODAY = startOfCityDay(NOW);
/** A week ten weeks ago, the same weekdays a year before the reform, and the week after the first. */
const WEEK = { from: TODAY - 70 * DAY_MS, to: TODAY - 63 * DAY_MS };
const NEXT = { from: WEEK.to, to: WEEK.to + 7 * DAY_MS };
const BEFORE = { from: WEEK.from - 104 * 7 * DAY_MS, to: WEEK.to - 104 * 7 * DAY_MS };

type Unit = { code: string; parent: string; population: number; lon: number; lat: number };
let service: TestService;
let viewer: Record<string, string>;
let wards: Unit[];

const span = ({ from, to }: { from: number; to: number }) => ({ from: toCityIso(from), to: toCityIso(to) });
const ask = async (path: string, query: Record<string, string>, headers: Record<string, string> = admin) => {
  const { status, body } = await service.get(`/api/v1/${path}?${new URLSearchParams(query)}`, headers);
  return { status, body };
};
const coverage = async (query: Record<string, string>, headers: Record<string, string> = admin) => {
  const { status, body } = await ask('coverage', query, headers);
  expect([status, body.detail]).toEqual([200, undefined]);
  return body;
};
const areaOf = (body: any, code: string) => body.areas.find((area: any) => area.code === code);

/** How many learners a ward has in the first week. */
function learnersOf({ code, parent, population }: Unit): number {
  if (code === FEW) return 3;
  return Math.round((population * (parent === COLD ? 0.3 : 6)) / 10_000);
}

function weekOf(from: number, share: number): LearningEvent[] {
  return wards.flatMap((ward) =>
    Array.from({ length: Math.round(learnersOf(ward) * share) }, (_, i): LearningEvent => {
      const guessed = ward.code === GUESSED && i % 2 === 0;
      return {
        event_id: randomUUID(),
        occurred_at: new Date(from + (i % 7) * DAY_MS + 9 * HOUR_MS).toISOString(),
        source: 'centre',
        source_id: 'clc-1',
        activity: 'attended',
        learner_id: `${ward.code}-${i}`,
        learner_id_type: 'card',
        ...(guessed ? {} : { home_ward: ward.code }),
        division: '2025',
        learner_group: i % 4 === 0 ? ['retiree'] : [],
        ward: ward.code,
      };
    }),
  );
}

function nameless(): LearningEvent[] {
  return Array.from({ length: 60 }, (_, i) => ({
    event_id: randomUUID(),
    occurred_at: new Date(WEEK.from + 10 * HOUR_MS).toISOString(),
    source: 'centre',
    source_id: 'clc-1',
    activity: 'attended',
    ward: ANONYMOUS,
    headcount: 1 + (i % 12),
  }));
}

/** Rows as they would stand had they been received then: columns not named here are empty. */
async function store(rows: { source: string; source_id: string; at: number; received: number }[]) {
  const tsv = rows.map((row) => {
    const given: Record<string, string> = {
      event_id: randomUUID(),
      occurred_at: toEngineTime(row.at),
      received_at: toEngineTime(row.received),
      source: row.source,
      source_id: row.source_id,
      activity: 'attended',
      lon: '\\N',
      lat: '\\N',
      point_sent: 'false',
      located_by: 'none',
      headcount: '1',
      sign: '1',
    };
    const empty = ['learner', 'learner_groups', 'duration_min', 'flags', 'content_hash'];
    return EVENT_COLUMNS.map((name) => given[name] ?? (empty.includes(name) ? '0' : '')).join('\t');
  });
  await service.store.insertTsv('events_raw', EVENT_COLUMNS, `${tsv.join('\n')}\n`);
}

const put = async (id: string, place: object) => {
  const response = await fetch(`${service.url}/api/v1/sources/${id}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...admin },
    body: JSON.stringify({ source: 'centre', kind: 'centre', name: id, ...place }),
  });
  expect(response.status).toBe(200);
};

/** Reports of every hour of four weeks up to some hours ago, each received so many hours later. */
const everyHour = (source: string, source_id: string, until_h: number, delay_h: number) =>
  Array.from({ length: 4 * 168 }, (_, i) => {
    const at = Math.floor(NOW / HOUR_MS) * HOUR_MS - (until_h + i) * HOUR_MS + 60_000;
    return { source, source_id, at, received: at + delay_h * HOUR_MS };
  }).filter(({ received }) => received < NOW);
let reports: ReturnType<typeof everyHour>;

beforeAll(async () => {
  service = await startTestService({ ADMIN_KEY });
  viewer = {
    authorization: `Bearer ${(await createKey(service.store, { role: 'viewer', name: 'v' })).key}`,
  };
  const { body } = await service.get('/api/v1/areas', admin);
  wards = body.features.map((feature: any) => feature.properties);
  const events = [
    ...weekOf(WEEK.from, 1),
    ...weekOf(NEXT.from, 0.5),
    ...weekOf(BEFORE.from, 1),
    ...nameless(),
  ];
  for (let i = 0; i < events.length; i += 10_000) {
    const sent = await service.send(events.slice(i, i + 10_000), admin);
    expect(sent.body.rejected).toEqual([]);
  }
  await put('heard-1', { ward: ANONYMOUS, seats: 40, lon: 106.704, lat: 10.759, hours: '24/7' });
  await put('silent-1', { ward: GUESSED, lon: 106.7, lat: 10.776 });
  await put('never-1', { lon: 106.704, lat: 10.759 });
  await put('bus-1', { source: 'mobile_library', kind: 'vehicle' });
  reports = [
    ...everyHour('centre', 'heard-1', 1, 0),
    ...everyHour('centre', 'silent-1', 72, 0),
    ...everyHour('mobile_library', 'bus-1', 61, 60),
  ];
  await store(reports);
});
afterAll(() => service.stop());

describe('a plain answer', () => {
  it('carries every figure and is as its schema says; basic leaves out what is drawn or read from places', async () => {
    const check = Compile(CoverageSchema);
    for (const asked of [
      {},
      { level: 'district' },
      { level: 'district', division: 'pre-2025' },
      { division: 'pre-2025' },
      { basis: 'home', group: 'retiree' },
      { figures: 'basic' },
    ]) {
      const body = await coverage({ ...span(WEEK), ...asked });
      expect([...check.Errors(body)].slice(0, 3), JSON.stringify(asked)).toEqual([]);
    }
    const all = await coverage(span(WEEK));
    expect(all.population_factor).toBeCloseTo(14_002_598 / 14_544_929, 12);
    expect(Object.keys(areaOf(all, GUESSED)).sort()).toEqual(
      [
        ...['code', 'events', 'learners', 'headcount', 'minutes', 'population', 'density_per_km2'],
        ...['rate', 'rate_low', 'rate_high', 'rate_known', 'rate_eb', 'unreached', 'underserved', 'class'],
        ...['fallback_share', 'linkable_share', 'id_share', 'incomplete', 'anonymous_low', 'anonymous_high'],
        ...['certainty', 'cluster', 'access', 'within_1km', 'grid_quality', 'silent'],
      ].sort(),
    );
    const basic = await coverage({ ...span(WEEK), figures: 'basic' });
    for (const figure of ['certainty', 'cluster', 'access', 'within_1km', 'silent'])
      expect(areaOf(basic, GUESSED)).not.toHaveProperty(figure);
    expect(basic.city).not.toHaveProperty('final_share');
    expect(areaOf(basic, GUESSED).unreached).toBe(areaOf(all, GUESSED).unreached);
  });

  it('is given again alike, drawn figures included', async () => {
    const first = await coverage(span(WEEK));
    service.app.services.answers.clear();
    const second = await coverage(span(WEEK));
    expect(second.areas).toEqual(first.areas);
  });

  it('marks where rows name nobody, and what is only guessed', async () => {
    const body = await coverage(span(WEEK));
    const named = learnersOf(wards.find((ward) => ward.code === ANONYMOUS) as Unit);
    expect(areaOf(body, ANONYMOUS)).toMatchObject({
      id_share: named / (named + 60),
      incomplete: true,
      anonymous_low: 12,
      anonymous_high: 5 * 78,
      linkable_share: 1,
    });
    const guessed = areaOf(body, GUESSED);
    expect(guessed.fallback_share).toBeCloseTo(0.5, 1);
    expect(guessed.rate_known).toBeCloseTo(guessed.rate * (1 - guessed.fallback_share), 9);
    expect(guessed.incomplete).toBe(false);
  });

  it('finds the cold district: its wards are behind, surely, and a cold spot', async () => {
    const body = await coverage(span(WEEK));
    const cold = wards.filter((ward) => ward.parent === COLD).map((ward) => areaOf(body, ward.code));
    expect(cold.length).toBeGreaterThan(3);
    for (const area of cold) {
      expect(area).toMatchObject({ underserved: true, class: { reach: 'low' } });
      expect(area.cluster.local_moran).toBeGreaterThan(0);
    }
    expect(cold.some((area) => area.cluster.label === 'low-low')).toBe(true);
    // The 10 worst by unreached learners are of that district, but for Bến Thành.
    const worst = [...body.areas].sort((a: any, b: any) => b.unreached - a.unreached)[0];
    expect(worst.certainty).toMatchObject({ rank_low: 1, robust_gap: true });
    expect(worst.certainty.share).toBeGreaterThan(0.99);
    expect(body.city.robust_gaps).toBe(body.areas.filter((area: any) => area.certainty.robust_gap).length);
    expect(body.city.global_moran).toBeGreaterThan(0.3);
    expect(body.indicative).toBe(true);
  });

  it('has the local Moran’s I of a direct double loop over the 6 nearest wards', async () => {
    const { areas, city } = await coverage(span(WEEK));
    const residents = areas.reduce((sum: number, area: any) => sum + area.population, 0);
    const m = city.m / 1000;
    const s2 =
      areas.reduce((s: number, a: any) => s + a.population * (a.rate / 1000 - m) ** 2, 0) / residents;
    const between = Math.max(0, s2 - m / (residents / areas.length));
    const index = areas.map((a: any) => (a.rate / 1000 - m) / Math.sqrt(between + m / a.population));
    const mean = index.reduce((sum: number, z: number) => sum + z, 0) / index.length;
    const z = index.map((value: number) => value - mean);
    const variance = z.reduce((sum: number, one: number) => sum + one * one, 0) / z.length;
    for (const [i, near] of nearestNeighbours(wards).entries()) {
      const lag = near.reduce((sum, j) => sum + z[j], 0) / Math.max(1, near.length);
      expect(areas[i].cluster.local_moran, areas[i].code).toBeCloseTo((z[i] / variance) * lag, 8);
      if (near.length === 0) expect(areas[i].cluster).toMatchObject({ label: 'isolated', p: null });
    }
  });

  it('has the access of its window, of districts weighted by residents', async () => {
    const access = await readAccess(service.app.services, windowOf(WEEK.from, WEEK.to));
    const body = await coverage(span(WEEK));
    for (const area of body.areas) expect(area.access).toBe(access.access.get(area.code) ?? null);
    const near = wards.filter((ward) => (access.within_1km.get(ward.code) ?? 0) > 0);
    expect(near.length).toBeGreaterThan(0);
    const district = near[0]?.parent ?? '';
    const own = wards.filter((ward) => ward.parent === district);
    const people = own.reduce((sum, ward) => sum + ward.population, 0);
    const mean =
      own.reduce((sum, w) => sum + w.population * (access.within_1km.get(w.code) ?? 0), 0) / people;
    for (const division of ['2025', 'pre-2025']) {
      const ofDistricts = await coverage({ ...span(WEEK), level: 'district', division });
      expect(areaOf(ofDistricts, district).within_1km).toBeCloseTo(mean, 12);
    }
    expect(body.city.access).toBeGreaterThan(0);
  });

  it('knows a place that was registered since', async () => {
    const before = areaOf(await coverage(span(WEEK)), FEW).access;
    await put('new-1', { ward: FEW, lon: 106.695, lat: 10.772, seats: 100, hours: 'Mo-Su 08:00-20:00' });
    expect(areaOf(await coverage(span(WEEK)), FEW).access).toBeGreaterThan(before);
  });
});

describe('a group', () => {
  it('has no rate but its part among all residents, and its quotient', async () => {
    const [group, all] = [await coverage({ ...span(WEEK), group: 'retiree' }), await coverage(span(WEEK))];
    for (const [i, area] of group.areas.entries()) {
      expect(area).toMatchObject({
        rate: null,
        rate_eb: null,
        unreached: null,
        reason: 'no_group_population',
      });
      expect(area.certainty).toBeNull();
      expect(area.per_1000_all_residents).toBeCloseTo((1000 * area.learners) / area.population, 10);
      const share = all.areas[i].learners === 0 ? null : area.learners / all.areas[i].learners;
      const city = group.city.learners / all.city.learners;
      if (share === null) expect(area.quotient).toBeNull();
      else expect(area.quotient, area.code).toBeCloseTo(share / city, 9);
    }
    expect(group.city.rate).toBeNull();
    expect(group.city.per_1000_all_residents).toBeCloseTo(
      (1000 * group.city.learners) / group.city.population,
      10,
    );
  });
});

describe('small counts', () => {
  const revealing = [
    ...['events', 'learners', 'rate', 'rate_known', 'rate_eb', 'unreached', 'underserved', 'class'],
    ...['certainty', 'cluster', 'fallback_share', 'linkable_share', 'id_share', 'anonymous_high'],
  ];
  it('take every figure with them that would reveal them', async () => {
    const body = await coverage(span(WEEK), viewer);
    const hidden = body.areas.filter((area: any) => area.suppressed);
    expect(hidden.map((area: any) => area.code)).toContain(FEW);
    expect(hidden.length).toBeGreaterThan(1);
    for (const area of hidden)
      expect(Object.fromEntries(revealing.map((figure) => [figure, area[figure]]))).toEqual(
        Object.fromEntries(revealing.map((figure) => [figure, null])),
      );
    // What others show follows from what they show: m has no part of the hidden ones in it.
    const shown = body.areas.filter((area: any) => !area.suppressed);
    const sum = (of: string) => shown.reduce((total: number, area: any) => total + area[of], 0);
    expect(body.city.m).toBeCloseTo((1000 * sum('learners')) / sum('population'), 12);
    for (const area of shown) {
      expect(area.learners % 5).toBe(0);
      expect(area.rate).toBeCloseTo((1000 * area.learners) / area.population, 10);
      if (area.fallback_share !== null)
        expect(Math.round(area.fallback_share * area.learners * 1000) % 5000).toBe(0);
    }
  });

  it('of a group hide its quotient', async () => {
    const body = await coverage({ ...span(WEEK), group: 'retiree' }, viewer);
    const hidden = body.areas.filter((area: any) => area.suppressed);
    expect(hidden.length).toBeGreaterThan(1);
    for (const area of hidden)
      expect(area).toMatchObject({ quotient: null, per_1000_all_residents: null, quotient_high: null });
  });

  it('of the whole city hide its totals', async () => {
    const from = TODAY - 400 * DAY_MS;
    const few: LearningEvent[] = Array.from({ length: 3 }, (_, i) => ({
      ...(weekOf(from, 1)[0] as LearningEvent),
      event_id: randomUUID(),
      learner_id: `alone-${i}`,
    }));
    await service.send(few, admin);
    const day = span({ from, to: from + DAY_MS });
    expect((await coverage(day)).city).toMatchObject({ events: 3, learners: 3 });
    expect((await coverage(day, viewer)).city).toMatchObject({
      suppressed: true,
      events: null,
      learners: null,
      headcount: null,
      rate: null,
      id_share: null,
    });
  });
});

describe('two windows', () => {
  const compare = (b: { from: number; to: number }, extra: Record<string, string> = {}) =>
    ask('coverage/compare', { ...span(WEEK), from_b: toCityIso(b.from), to_b: toCityIso(b.to), ...extra });

  it('of equal length and weekdays stand side by side, under the breaks of the first', async () => {
    const { status, body } = await compare(NEXT);
    expect(status).toBe(200);
    const [a, b] = [await coverage(span(WEEK)), await coverage({ ...span(NEXT), figures: 'basic' })];
    expect(body.breaks.class_rate_eb).toEqual(a.breaks.class_rate_eb);
    const kept = [...a.breaks.class_density, ...a.breaks.class_rate_eb].map((limit) => limit ?? '').join(',');
    const frozen = await coverage({ ...span(NEXT), figures: 'basic', breaks: kept });
    expect(frozen.breaks.class_rate_eb).toEqual(a.breaks.class_rate_eb);
    for (const [i, area] of body.areas.entries()) {
      expect(area.difference).toBeCloseTo(b.areas[i].rate - a.areas[i].rate, 9);
      expect(area.difference_low).toBeLessThanOrEqual(area.difference);
      expect(area.difference_high).toBeGreaterThanOrEqual(area.difference);
      expect(area.b.class).toEqual(frozen.areas[i].class);
      expect(area.class_changed).toBe(a.areas[i].class.index !== frozen.areas[i].class.index);
    }
    // Half of the learners came again: under its own breaks the second week would look the same as the first.
    expect(body.areas.filter((area: any) => area.class_changed).length).toBeGreaterThan(50);
    expect(body.city.difference_high).toBeLessThan(0);
  });

  it('before and after the reform show no fall where nothing fell', async () => {
    for (const division of ['2025', 'pre-2025']) {
      const { body } = await compare(BEFORE, { level: 'district', division });
      expect(body.areas).toHaveLength(division === '2025' ? 24 : 22);
      for (const area of body.areas) expect([area.code, area.difference]).toEqual([area.code, 0]);
    }
  });

  it.each([['longer', { from: NEXT.from, to: NEXT.to + DAY_MS }, 'one is 7 days long, the other 8 days']])(
    'of which one is %s are refused with the reason',
    async (_, b, reason) => {
      const { status, body } = await compare(b);
      expect([status, body.type, body.errors[0].field]).toEqual([400, '/problems/not-comparable', 'from_b']);
      expect(body.detail).toContain(reason);
    },
  );

  it('of other weekdays, without residents or without a time are refused', async () => {
    const query = { ...span({ from: WEEK.from, to: WEEK.from + DAY_MS }) };
    const other = span({ from: WEEK.from + DAY_MS, to: WEEK.from + 2 * DAY_MS });
    const { body } = await ask('coverage/compare', { ...query, from_b: other.from, to_b: other.to });
    expect(body.detail).toMatch(
      /^These windows cannot be compared: one starts on \w+day 00:00, the other on/,
    );
    expect((await compare(NEXT, { division: 'pre-2025' })).body.detail).toMatch(/^level: /);
    expect((await ask('coverage/compare', span(WEEK))).body.detail).toMatch(/from_b/);
    expect((await ask('coverage', { breaks: '1,2,3' })).status).toBe(400);
    expect((await ask('coverage', { breaks: '1,2,3,-' })).body.detail).toMatch(/^breaks: /);
  });
});

describe('other residents', () => {
  it('of the official total change classes and not the ranking', async () => {
    const { body } = await ask('coverage/sensitivity', span(WEEK));
    expect(body).toMatchObject({
      population_total: 14_544_929,
      population_total_other: 14_002_598,
      left_worst: [],
      entered_worst: [],
    });
    const now = await coverage({ ...span(WEEK), figures: 'basic' });
    const lacking = now.areas.filter((area: any) => area.unreached > 0);
    const worst = lacking.sort((a: any, b: any) => b.unreached - a.unreached).slice(0, 10);
    expect(body.worst).toEqual(worst.map((area: any) => area.code));
    for (const change of body.class_changed)
      expect(change.from, change.code).toEqual(areaOf(now, change.code).class);
    const same = await ask('coverage/sensitivity', { ...span(WEEK), population_total: '14544929' });
    expect(same.body.class_changed).toEqual([]);
    const old = await ask('coverage/sensitivity', { ...span(WEEK), division: 'pre-2025', level: 'district' });
    expect(old.body).toMatchObject({ population_total_other: null, factor: null, class_changed: [] });
  });
});

describe('the crosswalk', () => {
  it('is a table of old wards and new units, as JSON and as CSV', async () => {
    const { body } = await ask('crosswalk', {});
    expect([...Compile(CrosswalkSchema).Errors(body)]).toEqual([]);
    expect(new Set(body.rows.map((row: any) => row.old_ward)).size).toBe(273);
    expect(new Set(body.rows.filter((row: any) => row.divided).map((row: any) => row.old_ward)).size).toBe(
      31,
    );
    const csv = await ask('crosswalk.csv', {});
    const lines = csv.body.trimEnd().split('\r\n');
    expect(lines[0]).toBe('old_ward,old_name,old_district,new_ward,new_name,divided');
    expect(lines).toHaveLength(body.rows.length + 1);
  });
});

describe('silence', () => {
  it('is told from quiet, from late and from never heard', async () => {
    const { body } = await ask('sources/silence', {});
    expect([...Compile(SilenceSchema).Errors(body)]).toEqual([]);
    const of = (id: string) => body.sources.find((one: any) => one.source_id === id);
    expect(of('heard-1')).toMatchObject({ state: 'heard', ward: ANONYMOUS, usual_delay_h: 0 });
    expect(of('silent-1')).toMatchObject({ state: 'silent', ward: GUESSED });
    expect(of('silent-1').missed_hours).toBeGreaterThan(60);
    expect(of('bus-1')).toMatchObject({ state: 'pending', usual_delay_h: 60, ward: null });
    expect(of('never-1')).toMatchObject({ state: 'unknown', last_heard: null, ward: ANONYMOUS });
    expect(body.counts).toMatchObject({ heard: 1, silent: 1, pending: 1 });
  });

  it('is counted by ward and district, by the end of a window that is over', async () => {
    const day = span({ from: TODAY, to: TODAY + DAY_MS });
    const now = await coverage(day);
    expect([areaOf(now, GUESSED).silent, areaOf(now, ANONYMOUS).silent, now.city.silent]).toEqual([1, 0, 1]);
    const districts = await coverage({ ...day, level: 'district', division: 'pre-2025' });
    expect(areaOf(districts, '760').silent).toBe(1);
    const before = span({ from: TODAY - 8 * DAY_MS, to: TODAY - 7 * DAY_MS });
    expect((await coverage(before)).city.silent).toBe(0);
  });
});

describe('how complete a window is', () => {
  const table = (source: string) =>
    delayTable(
      reports
        .filter((row) => row.source === source)
        .map(({ at, received }) => {
          const hour = cityHourOf(at);
          return { hour, delay_h: cityHourOf(received) - hour, events: 1 };
        }),
    );

  it('follows from the delays of its sources, read from the store', async () => {
    const window = { from: TODAY - 3 * DAY_MS, to: TODAY };
    for (const [query, sources] of [
      [{ source: 'mobile_library' }, ['mobile_library']],
      [{}, ['centre', 'mobile_library', 'online_course']],
    ] as const) {
      const { city } = await coverage({ ...span(window), ...query });
      const cast = nowcastRange(
        sources.map(table),
        { from: cityHourOf(window.from), to: cityHourOf(window.to) },
        cityHourOf(Date.now()),
      );
      expect(cast.final_share).toBeLessThan(1);
      expect(city.final_share).toBeCloseTo(cast.final_share ?? Number.NaN, 9);
      expect([city.final_held, city.final_tried]).toEqual([cast.held, cast.tried]);
    }
  });

  it('is all of a window long past and unknown of one to come', async () => {
    expect((await coverage(span(WEEK))).city).toMatchObject({ final_share: 1, final_share_low: null });
    const future = span({ from: TODAY + DAY_MS, to: TODAY + 2 * DAY_MS });
    expect((await coverage(future)).city.final_share).toBeNull();
  });
});

it('the description of the service names every figure with its unit', async () => {
  const { body } = await service.get('/api/openapi.json', admin);
  const answer = (path: string) => body.paths[path].get.responses['200'].content['application/json'].schema;
  const area = answer('/api/v1/coverage').properties.areas.items.properties;
  for (const [name, figure] of Object.entries<any>(area))
    if (name !== 'code') expect(figure.description, name).toMatch(/\w{4}/);
  for (const path of ['coverage/compare', 'coverage/sensitivity', 'sources/silence', 'crosswalk'])
    expect(answer(`/api/v1/${path}`), path).toBeDefined();
});
