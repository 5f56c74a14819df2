import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toStoredReject } from '../../server/ingest/rejects.ts';
import { checkShape, parseRfc3339 } from '../../server/ingest/validate.ts';
import { anEvent } from '../helper/service.ts';

const LEARNER = 'odd-learner-079203001234';

/** The refusal of an event with these changes; fails where it is taken. */
function refusalOf(changes: Record<string, unknown>) {
  const checked = checkShape({ ...anEvent({ learner_id: LEARNER }), ...changes });
  if (!('refusal' in checked)) throw new Error(`taken: ${JSON.stringify(changes)}`);
  return checked.refusal;
}

describe('checkShape', () => {
  test('takes the example of the contract, with fields that nobody knows', () => {
    const example = {
      event_id: '0193a3c2-6c1e-7f0a-9a43-0d6a1c2f8e11',
      occurred_at: '2026-11-20T09:15:00+07:00',
      source: 'centre',
      source_id: 'clc-q4-01',
      activity: 'attended',
      learner_id: '079203001234',
      learner_id_type: 'cccd',
      learner_group: ['retiree'],
      home_ward: '27265',
      location: { lon: 106.704, lat: 10.759 },
      ward: '27265',
      programme: 'lifelong-learning-week-2026',
      duration_min: 45,
      headcount: 1,
      teacher: { name: 'nobody asked' },
    };
    expect(checkShape(example)).toEqual({ event: example });
  });

  test('takes the five required fields alone, and both ends of every range', () => {
    const { ward: _, duration_min: __, ...least } = anEvent();
    expect(checkShape(least)).toHaveProperty('event');
    for (const changes of [
      { duration_min: 0 },
      { duration_min: 1440 },
      { headcount: 1 },
      { headcount: 500 },
      { source_id: 'a' },
      { source_id: 'Az09._:-'.repeat(8) },
      { learner_id: 'x' },
      { learner_id: 'x'.repeat(128) },
      { programme: '' },
      { programme: 'ữ'.repeat(128) },
      { location: { lon: -180, lat: 90 } },
      { event_id: '0193A3C2-6C1E-7F0A-9A43-0D6A1C2F8E11' },
      { learner_group: [] },
      { learner_group: ['child', 'child'] },
    ])
      expect(checkShape({ ...anEvent(), ...changes }), JSON.stringify(changes)).toHaveProperty('event');
  });

  test('null stands for not given, and one group needs no array', () => {
    const checked = checkShape({ ...anEvent(), learner_id: null, location: null, learner_group: 'retiree' });
    expect(checked).toMatchObject({ event: { learner_group: ['retiree'] } });
    expect('event' in checked && 'learner_id' in checked.event).toBe(false);
    expect(refusalOf({ source: null }).reason).toBe('missing_field');
  });

  test('does not change the record it was handed', () => {
    const record = { ...anEvent(), sex: null, learner_group: 'child' };
    const copy = structuredClone(record);
    checkShape(record);
    expect(record).toEqual(copy);
  });

  const SOURCES = 'one of centre, mobile_library, online_course';
  const GROUPS = 'any of child, youth, worker, retiree, homemaker, disability, disadvantaged, other';
  const SOURCE_ID = '1 to 64 of letters, digits, ".", "_", ":", "-"';
  test.each<[string, unknown, string, string]>([
    // missing_field
    ['event_id', undefined, 'missing_field', 'given nothing, allowed a UUID'],
    ['occurred_at', undefined, 'missing_field', 'given nothing, allowed RFC 3339 with an offset'],
    ['source', undefined, 'missing_field', `given nothing, allowed ${SOURCES}`],
    ['source_id', undefined, 'missing_field', `given nothing, allowed ${SOURCE_ID}`],
    ['activity', undefined, 'missing_field', 'given nothing, allowed one of registered, attended'],
    // bad_type
    ['event_id', 12, 'bad_type', 'given 12, allowed a string'],
    ['occurred_at', 1795365038420, 'bad_type', 'given 1795365038420, allowed a string'],
    ['source', ['centre'], 'bad_type', 'given ["centre"], allowed a string'],
    ['source_id', 7, 'bad_type', 'given 7, allowed a string'],
    ['activity', true, 'bad_type', 'given true, allowed a string'],
    ['learner_group', { a: 1 }, 'bad_type', 'given {…}, allowed an array of strings'],
    ['learner_group', ['child', 3], 'bad_type', 'given ["child",3], allowed an array of strings'],
    ['home_ward', 27265, 'bad_type', 'given 27265, allowed a string'],
    ['ward', 27265, 'bad_type', 'given 27265, allowed a string'],
    ['location', [106.7, 10.7], 'bad_type', 'given [106.7,10.7], allowed an object {lon, lat}'],
    ['location', '106.7,10.7', 'bad_type', 'given "106.7,10.7", allowed an object {lon, lat}'],
    ['programme', 5, 'bad_type', 'given 5, allowed a string'],
    ['duration_min', '45', 'bad_type', 'given "45", allowed a number'],
    ['headcount', '3', 'bad_type', 'given "3", allowed an integer'],
    ['headcount', 1.5, 'bad_type', 'given 1.5, allowed an integer'],
    ['sex', 1, 'bad_type', 'given 1, allowed a string'],
    ['division', 2025, 'bad_type', 'given 2025, allowed a string'],
    // bad_id
    ['event_id', 'not-a-uuid', 'bad_id', 'given "not-a-uuid", allowed a UUID'],
    ['event_id', '0193a3c26c1e7f0a9a430d6a1c2f8e11', 'bad_id', 'allowed a UUID'],
    ['event_id', '{0193a3c2-6c1e-7f0a-9a43-0d6a1c2f8e11}', 'bad_id', 'allowed a UUID'],
    ['event_id', '0193a3c2-6c1e-7f0a-9a43-0d6a1c2f8e11\n', 'bad_id', 'allowed a UUID'],
    ['source_id', '', 'bad_id', `given "", allowed ${SOURCE_ID}`],
    ['source_id', 'a b', 'bad_id', `given "a b", allowed ${SOURCE_ID}`],
    ['source_id', 'trung-tâm', 'bad_id', SOURCE_ID],
    ['source_id', 'x'.repeat(65), 'bad_id', SOURCE_ID],
    // the rest
    ['occurred_at', '2'.repeat(41), 'bad_time', 'allowed RFC 3339 with an offset'],
    ['source', 'Centre', 'bad_source', `given "Centre", allowed ${SOURCES}`],
    ['activity', 'slept', 'bad_activity', 'given "slept", allowed one of registered, attended, borrowed'],
    ['learner_group', ['child', 'alien'], 'bad_group', `given ["child","alien"], allowed ${GROUPS}`],
    ['learner_group', 'alien', 'bad_group', `given ["alien"], allowed ${GROUPS}`],
    ['location', { lon: 181, lat: 0 }, 'bad_location', 'given {"lon":181,"lat":0}, allowed lon −180 to 180'],
    ['location', { lon: 106.7, lat: 90.1 }, 'bad_location', 'lat −90 to 90'],
    ['location', { lon: 106.7 }, 'bad_location', 'given {"lon":106.7}'],
    ['location', { lon: '106.7', lat: 10.7 }, 'bad_location', 'numbers in degrees'],
    ['location', { lon: null, lat: 10.7 }, 'bad_location', 'numbers in degrees'],
    ['location', {}, 'bad_location', 'given {}'],
    ['ward', '2726', 'unknown_ward', 'given "2726", allowed a 5-digit ward code'],
    ['home_ward', 'Q4', 'unknown_ward', 'given "Q4", allowed a 5-digit ward code'],
    [
      'learner_id_type',
      'passport',
      'out_of_range',
      'given "passport", allowed one of cccd, phone, card, local',
    ],
    ['sex', 'female', 'out_of_range', 'given "female", allowed one of f, m, x'],
    ['division', '2024', 'out_of_range', 'given "2024", allowed 2025 or pre-2025'],
    ['programme', 'p'.repeat(129), 'out_of_range', 'allowed at most 128 characters'],
    ['duration_min', -1, 'out_of_range', 'given -1, allowed 0 to 1440'],
    ['duration_min', 1440.5, 'out_of_range', 'given 1440.5, allowed 0 to 1440'],
    ['headcount', 0, 'out_of_range', 'given 0, allowed 1 to 500'],
    ['headcount', 501, 'out_of_range', 'given 501, allowed 1 to 500'],
  ])('%s = %j is %s: %s', (field, value, reason, detail) => {
    const refusal = refusalOf({ [field]: value });
    expect(refusal.reason).toBe(reason);
    expect(refusal.detail.startsWith(`${field}: given `), refusal.detail).toBe(true);
    expect(refusal.detail).toContain(detail);
    expect(refusal.detail).not.toContain(LEARNER);
  });

  test.each([
    [79203001234, 'bad_type', 'given number, allowed a string'],
    [['079203001234'], 'bad_type', 'given object, allowed a string'],
    [{ cccd: '079203001234' }, 'bad_type', 'given object, allowed a string'],
    ['', 'out_of_range', 'given string, allowed 1 to 128 characters'],
    ['079203001234'.repeat(11), 'out_of_range', 'given string, allowed 1 to 128 characters'],
  ])('a wrong learner_id (%j) is refused without being quoted', (learner_id, reason, detail) => {
    expect(refusalOf({ learner_id })).toEqual({ reason, detail: `learner_id: ${detail}` });
  });

  test.each([
    [[], 'an array'],
    [null, 'null'],
    ['text', 'a string'],
    [7, 'a number'],
    [true, 'a boolean'],
  ])('a record that is no object (%j) is bad_type', (record, given) => {
    expect(checkShape(record)).toEqual({
      refusal: { reason: 'bad_type', detail: `record: given ${given}, allowed an object` },
    });
  });

  test('a long value is cut in the detail', () => {
    expect(refusalOf({ activity: 'x'.repeat(5000) }).detail.length).toBeLessThan(300);
  });

  test('property: any JSON at all is either taken or refused with a reason, and never throws', () => {
    const fields = Object.keys({
      ...anEvent(),
      learner_id: 1,
      location: 1,
      learner_group: 1,
      sex: 1,
      headcount: 1,
    });
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), (field, value) => {
        const checked = checkShape({ ...anEvent(), [field]: value });
        if ('refusal' in checked) expect(checked.refusal.detail.startsWith(`${field}: `)).toBe(true);
      }),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.jsonValue(), (value) => void checkShape(value)));
  });
});

describe('a record nested deeper than anything means', () => {
  const deep = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;

  test.each(['source', 'location', 'learner_group', 'learner_id', 'ward'])(
    '%s is refused as any other wrong type, and its record can be kept',
    (field) => {
      const { reason, detail } = refusalOf({ [field]: deep(20_000) });
      expect(reason).toBe('bad_type');
      expect(detail.length).toBeLessThan(200);
      const kept = toStoredReject({ ...anEvent(), [field]: deep(20_000) }, reason, detail, 'k');
      expect(kept.record.length).toBeLessThan(2_000);
    },
  );
});

describe('parseRfc3339', () => {
  const pad = (value: number, width = 2) => String(value).padStart(width, '0');

  test('property: every instant in every offset reads as Date reads it, to the millisecond', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1000-01-01'), max: new Date('9998-12-31'), noInvalidDate: true }),
        fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 }),
        fc.constantFrom('T', 't'),
        fc.integer({ min: 0, max: 3 }),
        (date, offset_min, separator, digits) => {
          const local = new Date(date.getTime() + offset_min * 60_000).toISOString();
          if (local.length !== 24) return;
          const sign = offset_min < 0 ? '-' : '+';
          const size = Math.abs(offset_min);
          const offset = `${sign}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
          const fraction = digits === 0 ? '' : local.slice(19, 20 + digits);
          const text = `${local.slice(0, 10)}${separator}${local.slice(11, 19)}${fraction}${offset}`;
          expect(parseRfc3339(text)).toBe(Date.parse(text.replace('t', 'T')));
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('every one of the thousand fractions of a second is its own millisecond', () => {
    for (let ms = 0; ms < 1000; ms++)
      expect(parseRfc3339(`2026-01-01T00:00:00.${pad(ms, 3)}Z`)).toBe(Date.UTC(2026, 0, 1) + ms);
  });

  test('property: a string that is no such time is NaN, never a guess', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseRfc3339(text)).toBeNaN();
      }),
    );
  });

  test.each([
    ['2026-11-20T09:15:00+07:00', '2026-11-20T02:15:00.000Z'],
    ['2026-11-20T02:15:00Z', '2026-11-20T02:15:00.000Z'],
    ['2026-11-20t02:15:00z', '2026-11-20T02:15:00.000Z'],
    ['2026-11-20T02:15:00-00:00', '2026-11-20T02:15:00.000Z'],
    ['2026-11-20T02:15:00.5Z', '2026-11-20T02:15:00.500Z'],
    ['2026-11-20T02:15:00.123456789Z', '2026-11-20T02:15:00.123Z'],
    ['2026-11-20T02:15:00.999999999Z', '2026-11-20T02:15:00.999Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2026-01-01T00:00:00+14:00', '2025-12-31T10:00:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(new Date(parseRfc3339(text)).toISOString()).toBe(iso);
  });

  test.each([
    '2026-02-30T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-13-10T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:61Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+07:60',
    '2026-01-01T00:00:00+0700',
    '2026-01-01T00:00:00+07',
    '2026-01-01T00:00:00',
    '2026-01-01 00:00:00Z',
    '2026-01-01T00:00Z',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00.1234567890Z',
    '2026-01-01T00:00:00,5Z',
    '2026-01-01',
    '26-01-01T00:00:00Z',
    '+02026-01-01T00:00:00Z',
    '2026-1-1T0:0:0Z',
    ' 2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z\n',
    '2026-01-01T00:00:00Z ',
    '٢٠٢٦-01-01T00:00:00Z',
    '',
    '1795365038420',
  ])('%j is none', (text) => {
    expect(parseRfc3339(text)).toBeNaN();
  });
});
