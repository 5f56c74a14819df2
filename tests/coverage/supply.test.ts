import { describe, expect, test } from 'vitest';
import type { SourceRecord } from '../../server/contract/source.ts';
import { type Sighting, visitsOf } from '../../server/coverage/stops.ts';
import { centreSupply, groupVisits, stopSupply, USUAL } from '../../server/coverage/supply.ts';

const place = (changes: Partial<SourceRecord> = {}): SourceRecord => ({
  source_id: 'clc-1',
  source: 'centre',
  name: 'Centre 1',
  kind: 'centre',
  lon: 106.7,
  lat: 10.77,
  ward: '27265',
  seats: 30,
  hours: 'Mo-Fr 08:00-12:00',
  computers: null,
  internet: null,
  registered: true,
  ...changes,
});

describe('the supply of a centre', () => {
  test('is its seats times its open hours a week', () => {
    expect(centreSupply(place())).toMatchObject({
      seats: 30,
      hours_week: 20,
      seat_hours_week: 600,
      assumed: [],
      serves: true,
    });
  });

  test('takes the usual figures of its kind for what is not known or not understood, and says so', () => {
    const { seats, hours_week } = USUAL.school;
    expect(centreSupply(place({ kind: 'school', seats: null, hours: null }))).toMatchObject({
      seat_hours_week: seats * hours_week,
      assumed: ['seats', 'hours'],
    });
    expect(centreSupply(place({ hours: 'sunrise-sunset' }))).toMatchObject({
      hours_week: USUAL.centre.hours_week,
      assumed: ['hours'],
    });
    expect(centreSupply(place({ seats: 0 }))).toMatchObject({ seat_hours_week: 0, assumed: [] });
  });

  test('serves from two open hours a week', () => {
    expect(centreSupply(place({ hours: 'Mo 08:00-10:00' }))?.serves).toBe(true);
    expect(centreSupply(place({ hours: 'Mo 08:00-09:59' }))?.serves).toBe(false);
    expect(centreSupply(place({ hours: 'Mo off' }))?.serves).toBe(false);
  });

  test('vehicles, courses and places without a point have none', () => {
    expect(centreSupply(place({ kind: 'vehicle', source: 'mobile_library' }))).toBeUndefined();
    expect(centreSupply(place({ kind: 'course', source: 'online_course' }))).toBeUndefined();
    expect(centreSupply(place({ lon: null, lat: null }))).toBeUndefined();
  });
});

const visit = (north_m: number, dwell_min: number, source_id = 'bus-1') => ({
  source_id,
  lon: 106.7,
  lat: 10.77 + north_m / 111_195,
  dwell_min,
});

describe('the stops of mobile libraries', () => {
  test('visits within 60 m are one stop, of one vehicle each', () => {
    const stops = groupVisits([visit(0, 30), visit(50, 20), visit(70, 15), visit(10, 25, 'bus-2')]);
    expect(stops.map(({ source_id, dwell_min, visits }) => [source_id, dwell_min, visits])).toEqual([
      ['bus-1', 50, 2],
      ['bus-1', 15, 1],
      ['bus-2', 25, 1],
    ]);
    expect(stops[0]?.lat).toBeCloseTo(visit(25, 0).lat, 9);
  });

  test('are worth seats times dwell, as a weekly mean of the window', () => {
    const vehicle = place({ source_id: 'bus-1', kind: 'vehicle', source: 'mobile_library', seats: 20 });
    const [stop] = stopSupply([visit(0, 90), visit(5, 90)], 28, () => vehicle);
    expect(stop).toMatchObject({ hours_week: 0.75, seat_hours_week: 15, assumed: [], name: 'Centre 1' });
    const [unknown] = stopSupply([visit(0, 60)], 7, () => undefined);
    expect(unknown).toMatchObject({
      hours_week: 1,
      seats: USUAL.vehicle.seats,
      assumed: ['seats'],
      name: 'bus-1',
    });
    // A day's window says nothing of a week: what is seen in it counts once.
    expect(stopSupply([visit(0, 60)], 1, () => undefined)[0]?.hours_week).toBe(1);
  });

  test.each([
    [30, 14, true],
    [29, 14, false],
    [60, 28, true],
    [59, 28, false],
    [30, 3, true],
  ])('%d minutes in %d days: served %s', (dwell_min, days, serves) => {
    expect(stopSupply([visit(0, dwell_min)], days, () => undefined)[0]?.serves).toBe(serves);
  });
});

describe('visits from sightings', () => {
  const seen = (from_min: number, to_min: number, north_m = 0, source_id = 'bus-1'): Sighting => ({
    source_id,
    from_ms: from_min * 60_000,
    to_ms: to_min * 60_000,
    lon: 106.7,
    lat: 10.77 + north_m / 111_195,
  });

  test('go on for as long as the vehicle is heard of there within the hour', () => {
    const visits = visitsOf([seen(0, 20), seen(60, 75, 20), seen(200, 215), seen(216, 226, 500)]);
    expect(visits.map((one) => one.dwell_min)).toEqual([75, 15, 10]);
  });

  test('under ten minutes are none, and vehicles are apart', () => {
    expect(visitsOf([seen(0, 9), seen(0, 12, 0, 'bus-2')]).map((one) => one.source_id)).toEqual(['bus-2']);
    expect(visitsOf([])).toEqual([]);
  });
});
