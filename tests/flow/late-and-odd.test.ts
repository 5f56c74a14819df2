import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadDivision } from '../../geo/divisions.ts';
import { drawSchematic } from '../../geo/schematic.ts';
import type { AreaGeometry } from '../../geo/types.ts';
import { COMMANDS } from '../../server/commands/registry.ts';
import { FLAGS, type LearningEvent } from '../../server/contract/event.ts';
import { DAY_MS, startOfCityDay, toCityIso } from '../../server/contract/time.ts';
import { checkStore } from '../../server/store/check.ts';
import { anEvent, startTestService, type TestService } from '../helper/service.ts';

// What is late or odd, through the HTTP door into the real store and back out of the API.

const KHANH_HOI = '27265';
const SAI_GON = '26740';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service?.stop());

/** Each test has days of its own, so that their figures do not mix. */
const dayStart = (daysAgo: number) => startOfCityDay(Date.now()) - daysAgo * DAY_MS;
const at = (daysAgo: number, hour: number, minute = 0) =>
  toCityIso(dayStart(daysAgo) + hour * 3_600_000 + minute * 60_000);
const windowOf = (from: number, to: number) =>
  `from=${encodeURIComponent(at(from, 0))}&to=${encodeURIComponent(at(to, 0))}`;
const coverage = async (from: number, to: number, query = '') =>
  (await service.get(`/api/v1/coverage?figures=basic&${windowOf(from, to)}${query}`)).body;
const areaOf = (body: any, code: string) => body.areas.find((area: any) => area.code === code);
const sendAll = async (events: readonly unknown[]) => {
  const { status, body } = await service.send(events);
  expect([status, body]).toEqual([200, { accepted: events.length, duplicates: 0, rejected: [] }]);
};
const flagsOf = async (event_id: string): Promise<string[]> => {
  await service.app.services.caughtUp();
  const [row] = await service.store.query<{ flags: number }>(
    'SELECT flags FROM events_raw WHERE event_id = {event_id:UUID}',
    { event_id },
  );
  return FLAGS.filter((_, i) => (row?.flags ?? 0) & (1 << i));
};

describe('time', () => {
  test('90 days late: in its own hour, in a window that was answered before, and in the as_of of its arrival', async () => {
    const before = await coverage(90, 89);
    expect(before.city.events).toBe(0);
    const sent_at = Date.now();
    const late = anEvent({ occurred_at: at(90, 10, 59) });
    await sendAll([late]);
    const after = await coverage(90, 89);
    expect(after.city.events).toBe(1);
    expect(areaOf(after, KHANH_HOI).events).toBe(1);
    expect(Date.parse(after.as_of)).toBeGreaterThanOrEqual(sent_at);
    expect(after.lag_ms).toBe(0);
    const { points, as_of } = (await service.get(`/api/v1/activity?step=hour&${windowOf(90, 89)}`)).body;
    expect(as_of).toBe(after.as_of);
    expect(points.filter((point: any) => point.events > 0)).toMatchObject([{ t: at(90, 10), events: 1 }]);
    expect(await flagsOf(late.event_id)).toContain('late');
  });

  test('a clock up to five minutes ahead is taken, one further ahead is refused as future', async () => {
    const ahead = (ms: number) => anEvent({ occurred_at: new Date(Date.now() + ms).toISOString() });
    const { body } = await service.send([ahead(290_000), ahead(320_000)]);
    expect(body).toMatchObject({ accepted: 1, rejected: [{ index: 1, reason: 'future' }] });
  });

  test('one instant in four zones is one hour, also where it is another day there', async () => {
    const instant = dayStart(80) + 30 * 60_000; // half past midnight in the city
    const inZone = (offset: string, hours: number) =>
      new Date(instant + hours * 3_600_000).toISOString().replace('Z', offset);
    const times = [
      inZone('+07:00', 7),
      new Date(instant).toISOString(),
      inZone('-08:00', -8),
      inZone('+14:00', 14),
    ];
    await sendAll(times.map((occurred_at) => anEvent({ occurred_at })));
    const { points } = (await service.get(`/api/v1/activity?step=hour&${windowOf(81, 79)}`)).body;
    expect(points.filter((point: any) => point.events > 0)).toMatchObject([{ t: at(80, 0), events: 4 }]);
    const resent = anEvent({ occurred_at: times[0] as string });
    await sendAll([resent]);
    const again = times.map((occurred_at) => ({ ...resent, occurred_at }));
    expect((await service.send(again)).body).toMatchObject({ accepted: 0, duplicates: 4, rejected: [] });
  });
});

describe('homes', () => {
  test('a learner who moves house counts in each window where he lived by its end', async () => {
    const person = { learner_id: '079203004321', learner_id_type: 'cccd' as const };
    await sendAll([
      anEvent({ ...person, occurred_at: at(72, 9), home_ward: KHANH_HOI }),
      anEvent({ ...person, occurred_at: at(70, 9), home_ward: SAI_GON }),
      anEvent({ ...person, occurred_at: at(69, 9) }),
    ]);
    const homes = async (from: number, to: number) => {
      const body = await coverage(from, to);
      return [body.city.learners, areaOf(body, KHANH_HOI).learners, areaOf(body, SAI_GON).learners];
    };
    expect(await homes(72, 71)).toEqual([1, 1, 0]);
    expect(await homes(70, 69)).toEqual([1, 0, 1]);
    // Across the move he is one learner, where he lives now; after it he need not say so again.
    expect(await homes(72, 69)).toEqual([1, 0, 1]);
    expect(await homes(69, 68)).toEqual([1, 0, 1]);
    // A late event from before the move changes only what lies before it.
    await sendAll([anEvent({ ...person, occurred_at: at(71, 9), home_ward: KHANH_HOI })]);
    expect(await homes(72, 70)).toEqual([1, 1, 0]);
    expect(await homes(72, 69)).toEqual([1, 0, 1]);
  });

  test('a home outside the city is a nonresident: counted in activity, in no rate', async () => {
    const events = [
      anEvent({ occurred_at: at(66, 9), learner_id: 'guest', home_ward: '00001', headcount: 1 }),
      anEvent({ occurred_at: at(66, 9), learner_id: 'resident', home_ward: KHANH_HOI }),
    ];
    await sendAll(events);
    expect(await flagsOf(events[0]?.event_id ?? '')).toContain('nonresident');
    const body = await coverage(66, 65);
    expect(body.city).toMatchObject({ events: 2, nonresident_learners: 1 });
    expect(areaOf(body, KHANH_HOI)).toMatchObject({ events: 2, learners: 1 });
    const { population, rate } = areaOf(body, KHANH_HOI);
    expect(rate).toBeCloseTo(1000 / population, 6);
    expect(body.areas.reduce((sum: number, area: any) => sum + area.learners, 0)).toBe(1);
  });
});

describe('who it was', () => {
  const learnersOn = async (day: number) => (await coverage(day, day - 1, '&basis=place')).city.learners;
  const named = (day: number, ids: readonly [LearningEvent['learner_id_type'], string, string?][]) =>
    sendAll(
      ids.map(([learner_id_type, learner_id, source_id = 'clc-test-01']) =>
        anEvent({
          occurred_at: at(day, 9),
          learner_id,
          source_id,
          ...(learner_id_type === undefined ? {} : { learner_id_type }),
        }),
      ),
    );

  test('a CCCD number is one person however it is written, also without the zero that a spreadsheet took', async () => {
    await named(
      60,
      [
        '079203001234',
        '079 203 001 234',
        '079.203.001.234',
        '079-203-001-234',
        ' 079203001234 ',
        '79203001234',
      ].map((id) => ['cccd', id]),
    );
    expect(await learnersOn(60)).toBe(1);
  });

  test('a phone is one person with 0, +84, 84, 0084 or none of them in front', async () => {
    await named(
      58,
      ['0912345678', '+84912345678', '84912345678', '0084912345678', '912345678', '+84 (0) 91-234.56 78'].map(
        (id) => ['phone', id],
      ),
    );
    expect(await learnersOn(58)).toBe(1);
  });

  test('a card is one person in any case and spacing; a local id is one person within its source only', async () => {
    await named(56, [
      ['card', 'tv-00 12a'],
      ['card', 'TV-0012A'],
      ['card', 'TV-0012A', 'clc-2'],
      ['local', '7'],
      [undefined, '7'],
      ['local', '7', 'clc-2'],
    ]);
    expect(await learnersOn(56)).toBe(3);
  });

  test('the same digits of different kinds are different persons', async () => {
    await named(54, [
      ['cccd', '0912345678'],
      ['phone', '0912345678'],
      ['card', '0912345678'],
      ['local', '0912345678'],
    ]);
    expect(await learnersOn(54)).toBe(4);
  });

  test('a class of 30 without ids is 30 heads and no learner', async () => {
    await sendAll([anEvent({ occurred_at: at(52, 9), headcount: 30, home_ward: KHANH_HOI })]);
    const body = await coverage(52, 51);
    expect(body.city).toMatchObject({ events: 1, headcount: 30, learners: 0 });
    expect(areaOf(body, KHANH_HOI)).toMatchObject({ headcount: 30, learners: 0, rate: 0 });
    expect(areaOf(body, KHANH_HOI)).toMatchObject({ anonymous_low: 30, anonymous_high: 30 });
  });
});

describe('wards of before the reform', () => {
  test('an undivided one is translated, by its day or by `division`; the same digits are another place today', async () => {
    // 26734 Tân Định went wholly into 26737; 26737 was Đa Kao, which was divided, and is Tân Định today.
    const pre = { division: 'pre-2025' as const };
    await sendAll([
      anEvent({ occurred_at: at(48, 9), ward: '26740', ...pre }),
      anEvent({ occurred_at: at(48, 9), ward: '26740' }),
      anEvent({ occurred_at: at(48, 9), ward: '26734', ...pre }),
      anEvent({ occurred_at: at(48, 9), ward: '26737' }),
    ]);
    const body = await coverage(48, 47);
    expect([areaOf(body, SAI_GON).events, areaOf(body, '26737').events]).toEqual([2, 2]);
    expect(body.city).toMatchObject({ events: 4, unlocated_events: 0 });
    const old = anEvent({ occurred_at: '2025-06-30T10:00:00+07:00', ward: '26734' });
    await sendAll([old]);
    const june = (
      await service.get(
        `/api/v1/coverage?from=${encodeURIComponent('2025-06-30T00:00:00+07:00')}&to=${encodeURIComponent('2025-07-01T00:00:00+07:00')}`,
      )
    ).body;
    expect(areaOf(june, '26737').events).toBe(1);
    // Under its old code it is no ward of the new division, and the other way round.
    const { body: wrong } = await service.send([anEvent({ ward: '26734', division: '2025' })]);
    expect(wrong.rejected).toMatchObject([{ reason: 'unknown_ward' }]);
  });

  test('a divided one without a point is split_ward and unlocated, counted in its former district and in the city', async () => {
    const before = (await service.get('/api/v1/status')).body;
    const split = anEvent({
      occurred_at: at(46, 9),
      ward: '26737',
      division: 'pre-2025',
      learner_id: 'split',
    });
    await sendAll([split]);
    expect((await flagsOf(split.event_id)).sort()).toEqual([
      'late',
      'split_ward',
      'unlocated',
      'unregistered_source',
    ]);
    const body = await coverage(46, 45);
    expect(body.city).toMatchObject({ events: 1, unlocated_events: 1 });
    expect(body.areas.every((area: any) => area.events === 0)).toBe(true);
    const districts = await coverage(46, 45, '&level=district');
    expect(areaOf(districts, '760').events).toBe(1);
    expect((await service.get('/api/v1/status')).body.unlocated).toBe(before.unlocated + 1);
  });

  test('what has no place at all is counted in the city and shown as unlocated', async () => {
    const before = (await service.get('/api/v1/status')).body;
    const { ward: _, ...nowhere } = anEvent({ occurred_at: at(44, 9), source_id: 'nobody-knows' });
    await sendAll([nowhere]);
    const body = await coverage(44, 43);
    expect(body.city).toMatchObject({ events: 1, unlocated_events: 1 });
    const after = (await service.get('/api/v1/status')).body;
    expect([after.events, after.unlocated]).toEqual([before.events + 1, before.unlocated + 1]);
  });
});

describe('boundaries that change while a body is on its way', () => {
  /** Units as they are drawn without an import, those of two of them exchanged. */
  function exchanged(): [string, AreaGeometry][] {
    const { polygons } = drawSchematic(loadDivision('2025'));
    const other: Record<string, string> = { [KHANH_HOI]: SAI_GON, [SAI_GON]: KHANH_HOI };
    return [...polygons].map(([code]) => [code, polygons.get(other[code] ?? code) as AreaGeometry]);
  }

  test('it is refused whole and can be sent again: no row lies in a ward of the old boundaries', async () => {
    const point = { lon: 106.704, lat: 10.759 };
    const events = Array.from({ length: 2 }, () => {
      const { ward: _, ...event } = anEvent({
        event_id: randomUUID(),
        occurred_at: at(40, 9),
        location: point,
      });
      return event;
    });
    const lines = events.map((event) => `${JSON.stringify(event)}\n`);
    const sending = request(`${service.url}/api/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
    });
    const answered = new Promise<{ status: number; retry: string | undefined; body: any }>(
      (resolve, reject) => {
        sending.on('error', reject);
        sending.on('response', (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              retry: response.headers['retry-after'],
              body: JSON.parse(text),
            }),
          );
        });
      },
    );
    // The first record is read when the reader has asked for the next chunk.
    const located = new Promise<void>((resolve) => {
      const { geography } = service.app.services;
      const locate = geography.locate.bind(geography);
      geography.locate = (lon, lat) => {
        resolve();
        return locate(lon, lat);
      };
    });
    sending.write(lines[0]);
    await located;
    await COMMANDS['import-boundaries'](
      service.app.services,
      { division: '2025', polygons: exchanged() },
      () => undefined,
    );
    sending.end(lines[1]);
    expect(await answered).toMatchObject({
      status: 503,
      retry: '1',
      body: { type: '/problems/boundaries-changed' },
    });
    await sendAll(events);
    const body = await coverage(40, 39);
    expect([areaOf(body, KHANH_HOI).events, areaOf(body, SAI_GON).events]).toEqual([0, 2]);
  });

  test('and everything agrees', async () => {
    expect((await checkStore(service.app.services, { repair: false })).total).toBe(0);
  });
});
