import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crosswalkRows } from '../../geo/crosswalk.ts';
import { loadDivision } from '../../geo/divisions.ts';
import { type AreaGeometry, CITY_BBOX } from '../../geo/types.ts';
import { FLAGS, type LearningEvent } from '../../server/contract/event.ts';
import type { SourceRecord } from '../../server/contract/source.ts';
import { Geography } from '../../server/geography.ts';
import { createPseudonymiser } from '../../server/ingest/identity.ts';
import { type PipelineContext, prepareRow, wardOfSource } from '../../server/ingest/pipeline.ts';
import type { EventRow } from '../../server/store/event-row.ts';
import { NOTHING_GIVEN } from '../helper/place.ts';
import { anEvent } from '../helper/service.ts';

const NOW = Date.parse('2026-11-22T12:00:00+07:00');
const AT = '2026-11-22T09:00:00+07:00';
const KHANH_HOI = '27265';
const SAI_GON = '26740';

const square = (west: number, south: number, east: number, north: number): AreaGeometry => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ],
  ],
});
/** Two wards side by side, about where the real ones are, and one that took a part of a divided old ward. */
const SQUARES = new Map<string, AreaGeometry>([
  [KHANH_HOI, square(106.7, 10.75, 106.71, 10.77)],
  [SAI_GON, square(106.71, 10.77, 106.72, 10.79)],
  ['26743', square(106.69, 10.77, 106.71, 10.78)],
]);
const IN_KHANH_HOI = { lon: 106.705, lat: 10.76 };
const IN_SAI_GON = { lon: 106.715, lat: 10.78 };
const AT_SEA = { lon: 107.5, lat: 10.1 };

const schematic = Geography.of();
const official = Geography.of({ boundary: 'official', polygons: SQUARES });
const pseudonymise = createPseudonymiser('the test');

const registered = (changes: Partial<SourceRecord>): SourceRecord => ({
  source_id: 'clc-test-01',
  source: 'centre',
  name: 'A centre',
  kind: 'centre',
  ...NOTHING_GIVEN,
  registered: true,
  ...changes,
});
const contextOf = (geography: Geography, source?: SourceRecord): PipelineContext => ({
  geography,
  pseudonymise,
  source: (id) => (source && id === source.source_id ? source : undefined),
  now: () => NOW,
});

/** An event without any place. */
function nowhere(changes: Partial<LearningEvent>): LearningEvent {
  const { ward: _, ...event } = anEvent({ occurred_at: AT });
  return { ...event, ...changes };
}
function rowOf(event: unknown, geography: Geography, source?: SourceRecord): EventRow {
  const prepared = prepareRow(event, contextOf(geography, source));
  if ('refusal' in prepared) throw new Error(`${prepared.refusal.reason}: ${prepared.refusal.detail}`);
  return prepared.row;
}
function refusalOf(event: unknown, geography: Geography) {
  const prepared = prepareRow(event, contextOf(geography));
  if ('row' in prepared) throw new Error('it was taken');
  return prepared.refusal;
}
const flagsOf = (row: EventRow): string[] =>
  FLAGS.filter((flag, i) => row.flags & (1 << i) && flag !== 'unregistered_source');

describe('with official boundaries', () => {
  test('a point decides', () => {
    const row = rowOf(nowhere({ location: IN_KHANH_HOI }), official);
    expect(row).toMatchObject({
      ward: KHANH_HOI,
      ...IN_KHANH_HOI,
      point_sent: true,
      located_by: 'point',
      sent_ward: '',
    });
    expect(flagsOf(row)).toEqual([]);
  });
  test('a sent ward that agrees is kept without a flag; one that disagrees is flagged and loses', () => {
    expect(flagsOf(rowOf(nowhere({ location: IN_KHANH_HOI, ward: KHANH_HOI }), official))).toEqual([]);
    const row = rowOf(nowhere({ location: IN_KHANH_HOI, ward: SAI_GON }), official);
    expect(row).toMatchObject({ ward: KHANH_HOI, sent_ward: SAI_GON, located_by: 'point' });
    expect(flagsOf(row)).toEqual(['ward_mismatch']);
  });
  test('a point in no ward is outside_city, even inside the bounding box and with a ward beside it', () => {
    const refusal = refusalOf(nowhere({ location: AT_SEA, ward: KHANH_HOI }), official);
    expect(refusal).toEqual({
      reason: 'outside_city',
      detail: 'location: given 107.5, 10.1, allowed a point inside the city',
    });
  });
  test('without a point the ward that was sent decides, with the registered point of the source', () => {
    const row = rowOf(nowhere({ ward: SAI_GON }), official, registered({ ...IN_KHANH_HOI }));
    expect(row).toMatchObject({ ward: SAI_GON, ...IN_KHANH_HOI, point_sent: false, located_by: 'ward' });
  });
  test('with neither, the source is where its registered point lies, whatever ward was registered', () => {
    const row = rowOf(nowhere({}), official, registered({ ...IN_KHANH_HOI, ward: SAI_GON }));
    expect(row).toMatchObject({ ward: KHANH_HOI, ...IN_KHANH_HOI, point_sent: false, located_by: 'source' });
    expect(flagsOf(row)).toEqual([]);
  });
  test('a source with a registered ward and no point is in that ward', () => {
    expect(rowOf(nowhere({}), official, registered({ ward: SAI_GON }))).toMatchObject({
      ward: SAI_GON,
      lon: null,
      lat: null,
      located_by: 'source',
    });
  });
  test('a point tells which part of a divided old ward it was; elsewhere it is a mismatch', () => {
    // 26746 Nguyễn Thái Bình was divided between 26740 and 26743.
    const divided = { division: 'pre-2025' as const, ward: '26746' };
    const inPart = rowOf(nowhere({ ...divided, location: IN_SAI_GON }), official);
    expect(inPart).toMatchObject({ ward: SAI_GON, sent_ward: '760', old_ward: '26746', located_by: 'point' });
    expect(flagsOf(inPart)).toEqual([]);
    expect(flagsOf(rowOf(nowhere({ ...divided, location: IN_KHANH_HOI }), official))).toEqual([
      'ward_mismatch',
    ]);
  });
});

describe('with schematic boundaries', () => {
  test('a point locates and is flagged schematic', () => {
    const row = rowOf(nowhere({ location: { lon: 106.704, lat: 10.759 } }), schematic);
    expect(row).toMatchObject({ ward: KHANH_HOI, located_by: 'point', point_sent: true });
    expect(flagsOf(row)).toEqual(['schematic']);
  });
  test('a sent ward decides over the point, which is kept', () => {
    const row = rowOf(nowhere({ location: { lon: 106.704, lat: 10.759 }, ward: SAI_GON }), schematic);
    expect(row).toMatchObject({
      ward: SAI_GON,
      lon: 106.704,
      lat: 10.759,
      located_by: 'ward',
      point_sent: true,
    });
    expect(flagsOf(row)).toEqual(['schematic']);
  });
  test('outside_city means outside the bounding box of the city, to the edge', () => {
    const [west, south, east, north] = CITY_BBOX;
    for (const location of [
      { lon: west - 1e-6, lat: 10.8 },
      { lon: east + 1e-6, lat: 10.8 },
      { lon: 106.7, lat: south - 1e-6 },
      { lon: 106.7, lat: north + 1e-6 },
    ]) {
      const refusal = refusalOf(nowhere({ location, ward: KHANH_HOI }), schematic);
      expect(refusal.reason).toBe('outside_city');
      expect(refusal.detail).toContain(
        `given ${location.lon}, ${location.lat}, allowed lon ${west} to ${east}`,
      );
    }
    for (const location of [
      { lon: west, lat: south },
      { lon: east, lat: north },
    ])
      expect(rowOf(nowhere({ location, ward: KHANH_HOI }), schematic).ward).toBe(KHANH_HOI);
  });
  test('far out at sea, but inside the box, it is unlocated and kept', () => {
    const row = rowOf(nowhere({ location: { lon: 107.6, lat: 9.3 } }), schematic);
    expect(row).toMatchObject({ ward: '', lon: 107.6, lat: 9.3, located_by: 'none' });
    expect(flagsOf(row)).toEqual(['schematic', 'unlocated']);
  });
  test('the point of every unit is in that unit or in one of its neighbours: never nowhere', () => {
    for (const ward of loadDivision('2025').wards) {
      if (ward.lon === null || ward.lat === null) throw new Error(`${ward.code} has no point`);
      const row = rowOf(nowhere({ location: { lon: ward.lon, lat: ward.lat } }), schematic);
      expect(row.ward).toBe(ward.code);
    }
  });
  test("a source's registered ward decides over its point, its point where no ward is registered", () => {
    expect(rowOf(nowhere({}), schematic, registered({ lon: 106.704, lat: 10.759, ward: SAI_GON })).ward).toBe(
      SAI_GON,
    );
    const byPoint = rowOf(nowhere({}), schematic, registered({ lon: 106.704, lat: 10.759 }));
    expect(byPoint).toMatchObject({ ward: KHANH_HOI, located_by: 'source' });
    expect(flagsOf(byPoint)).toEqual([]);
  });
});

describe('without any place', () => {
  test('an online course is where the learner lives, and never has a point', () => {
    const course = registered({
      source: 'online_course',
      kind: 'course',
      lon: 106.704,
      lat: 10.759,
      ward: SAI_GON,
    });
    const row = rowOf(nowhere({ source: 'online_course', home_ward: KHANH_HOI }), schematic, course);
    expect(row).toMatchObject({
      ward: KHANH_HOI,
      home_ward: KHANH_HOI,
      lon: null,
      lat: null,
      located_by: 'home',
    });
    expect(flagsOf(row)).toEqual([]);
    expect(wardOfSource(course, schematic)).toBeUndefined();
  });
  test('a home does not tell where a centre is: unlocated, and never dropped', () => {
    const row = rowOf(nowhere({ home_ward: KHANH_HOI }), schematic);
    expect(row).toMatchObject({ ward: '', home_ward: KHANH_HOI, lon: null, lat: null, located_by: 'none' });
    expect(flagsOf(row)).toEqual(['unlocated']);
  });
  test('an online learner without a home, from outside, or of a divided old ward is unlocated', () => {
    const online = { source: 'online_course' as const };
    expect(flagsOf(rowOf(nowhere(online), schematic))).toEqual(['unlocated']);
    expect(flagsOf(rowOf(nowhere({ ...online, home_ward: '00001' }), schematic))).toEqual([
      'unlocated',
      'nonresident',
    ]);
    const divided = rowOf(nowhere({ ...online, home_ward: '26746', division: 'pre-2025' }), schematic);
    expect(divided).toMatchObject({ ward: '', home_ward: '760' });
    expect(flagsOf(divided)).toEqual(['unlocated', 'split_ward']);
  });
  test('a source nobody registered is flagged, a registered one is not', () => {
    const bit = 1 << FLAGS.indexOf('unregistered_source');
    expect(rowOf(nowhere({}), schematic).flags & bit).toBe(bit);
    expect(rowOf(nowhere({}), schematic, registered({})).flags & bit).toBe(0);
  });
});

describe('wards and divisions', () => {
  test('the same five digits are another place before and after the reform: 26740', () => {
    // Bến Nghé (old) went wholly into Sài Gòn (new), which carries the same code.
    expect(rowOf(nowhere({ ward: '26740' }), schematic)).toMatchObject({ ward: SAI_GON, old_ward: '' });
    const old = rowOf(nowhere({ ward: '26740', occurred_at: '2025-06-30T23:59:59.999+07:00' }), schematic);
    expect(old).toMatchObject({ ward: SAI_GON, sent_ward: SAI_GON, old_ward: '26740' });
  });
  test('the day of the reform decides in the zone of the city, unless `division` says otherwise', () => {
    // 26737 was Đa Kao (divided) and is Tân Định.
    const first = { ward: '26737', occurred_at: '2025-07-01T00:00:00+07:00' };
    const last = { ward: '26737', occurred_at: '2025-06-30T16:59:59.999Z' };
    expect(rowOf(nowhere(first), schematic)).toMatchObject({ ward: '26737', old_ward: '' });
    expect(rowOf(nowhere(last), schematic)).toMatchObject({ ward: '760', old_ward: '26737' });
    expect(rowOf(nowhere({ ...first, division: 'pre-2025' }), schematic).ward).toBe('760');
    expect(rowOf(nowhere({ ...last, division: '2025' }), schematic).ward).toBe('26737');
  });
  test('an undivided old ward is translated, as a place and as a home', () => {
    const row = rowOf(nowhere({ ward: '26749', home_ward: '26734', division: 'pre-2025' }), schematic);
    expect(row).toMatchObject({ ward: '26743', sent_ward: '26743', old_ward: '26749', home_ward: '26737' });
    expect(flagsOf(row)).toEqual([]);
  });
  test('a divided old ward without a point is known by its former district only', () => {
    const row = rowOf(
      nowhere({ ward: '26746', division: 'pre-2025' }),
      schematic,
      registered({ ...IN_SAI_GON, ward: SAI_GON }),
    );
    expect(row).toMatchObject({ ward: '760', sent_ward: '760', old_ward: '26746', located_by: 'ward' });
    expect(flagsOf(row)).toEqual(['unlocated', 'split_ward']);
  });
  test('a divided old ward as a home is the former district', () => {
    const row = rowOf(nowhere({ home_ward: '26746', division: 'pre-2025', ward: '26749' }), schematic);
    expect(row).toMatchObject({ home_ward: '760', ward: '26743' });
    expect(flagsOf(row)).toEqual(['split_ward']);
  });
  test('a home outside the city is a nonresident, which the place is not', () => {
    const row = rowOf(nowhere({ home_ward: '00001', ward: KHANH_HOI }), schematic);
    expect(row).toMatchObject({ home_ward: 'nonresident', ward: KHANH_HOI });
    expect(flagsOf(row)).toEqual(['nonresident']);
  });
  test('a ward that the division does not have is unknown_ward, naming the division', () => {
    expect(refusalOf(nowhere({ ward: '00001' }), schematic)).toEqual({
      reason: 'unknown_ward',
      detail: 'ward: given "00001", allowed a ward code of division 2025',
    });
    expect(refusalOf(nowhere({ ward: '00001', division: 'pre-2025' }), schematic).detail).toContain(
      'pre-2025',
    );
    expect(refusalOf(nowhere({ ward: '00001', location: IN_KHANH_HOI }), official).reason).toBe(
      'unknown_ward',
    );
  });
  test('property: every old ward is either translated or known by its district, and exactly 31 are divided', () => {
    const old = loadDivision('pre-2025');
    const divided = new Set(
      crosswalkRows()
        .filter((row) => row.divided)
        .map((row) => row.old_ward),
    );
    expect(divided.size).toBe(31);
    fc.assert(
      fc.property(fc.constantFrom(...old.wards), ({ code, parent }) => {
        const row = rowOf(nowhere({ ward: code, home_ward: code, division: 'pre-2025' }), schematic);
        expect(row.ward).toHaveLength(divided.has(code) ? 3 : 5);
        expect(row.home_ward).toBe(row.ward);
        if (divided.has(code)) expect(row.ward).toBe(parent);
        expect(row.old_ward).toBe(code);
      }),
      { numRuns: 300 },
    );
  });
});

describe('time', () => {
  const at = (occurred_at: string) =>
    prepareRow(nowhere({ occurred_at, ward: KHANH_HOI, division: '2025' }), contextOf(schematic));
  test('up to five minutes ahead is taken, more is future', () => {
    expect(at('2026-11-22T12:05:00+07:00')).toHaveProperty('row');
    expect(at('2026-11-22T12:05:00.001+07:00')).toMatchObject({
      refusal: {
        reason: 'future',
        detail: 'occurred_at: given "2026-11-22T12:05:00.001+07:00", allowed at most 5 minutes ahead of now',
      },
    });
  });
  test('2020 on is taken, in the zone of the city; before is too_old', () => {
    expect(at('2020-01-01T00:00:00+07:00')).toHaveProperty('row');
    expect(at('2019-12-31T23:59:59.999+07:00')).toMatchObject({
      refusal: { reason: 'too_old', detail: expect.stringContaining('allowed from 2020 on') },
    });
    expect(at('0001-01-01T00:00:00Z')).toMatchObject({ refusal: { reason: 'too_old' } });
  });
  test('anything else is bad_time, naming what was given', () => {
    expect(at('2026-02-30T00:00:00Z')).toEqual({
      refusal: {
        reason: 'bad_time',
        detail: 'occurred_at: given "2026-02-30T00:00:00Z", not RFC 3339 with an offset',
      },
    });
  });
});

describe('what is kept of an event', () => {
  test('every field, the learner as a pseudonym only', () => {
    const event = nowhere({
      event_id: '0193A3C2-6C1E-7F0A-9A43-0D6A1C2F8E11',
      learner_id: 'odd 079.203.001.234',
      learner_id_type: 'cccd',
      learner_group: ['child', 'other', 'child'],
      sex: 'x',
      home_ward: KHANH_HOI,
      ward: SAI_GON,
      programme: 'p|q',
      duration_min: 45.5,
      headcount: 12,
    });
    const row = rowOf(event, schematic);
    expect(row).toMatchObject({
      event_id: '0193a3c2-6c1e-7f0a-9a43-0d6a1c2f8e11',
      occurred_at: Date.parse(AT),
      source: 'centre',
      source_id: 'clc-test-01',
      activity: 'attended',
      learner: pseudonymise('odd079203001234', 'cccd', ''),
      learner_id_type: 'cccd',
      learner_groups: 0b1000_0001,
      sex: 'x',
      home_ward: KHANH_HOI,
      ward: SAI_GON,
      programme: 'p|q',
      duration_min: 46,
      headcount: 12,
      sign: 1,
    });
    expect(JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}` : value))).not.toMatch(
      /079.?203/,
    );
  });
  test('nobody named is learner 0 without a type; an id without a type is local to its source', () => {
    expect(rowOf(nowhere({ learner_id_type: 'cccd' }), schematic)).toMatchObject({
      learner: 0n,
      learner_id_type: '',
    });
    expect(rowOf(nowhere({ learner_id: '7' }), schematic)).toMatchObject({
      learner: pseudonymise('7', 'local', 'clc-test-01'),
      learner_id_type: 'local',
    });
  });
  test('the content hash of an event does not depend on the boundaries in force', () => {
    const event = nowhere({ location: IN_KHANH_HOI, ward: SAI_GON, learner_id: 'a' });
    expect(rowOf(event, official).content_hash).toBe(rowOf(event, schematic).content_hash);
    expect(rowOf({ ...event, learner_id: 'b' }, official).content_hash).toBe(
      rowOf(event, official).content_hash,
    );
    expect(rowOf({ ...event, headcount: 2 }, official).content_hash).not.toBe(
      rowOf(event, official).content_hash,
    );
  });
});
