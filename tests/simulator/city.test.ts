import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { loadDivision } from '../../geo/divisions.ts';
import { createLocator } from '../../geo/locate.ts';
import { drawSchematic } from '../../geo/schematic.ts';
import { SOURCE_ID_PATTERN } from '../../server/contract/event.ts';
import { SourceInputSchema } from '../../server/contract/source.ts';
import { buildCity, sourceInputs } from '../../simulator/city.ts';
import { parseHours } from '../../simulator/hours.ts';
import { hidesHome, homeOn, learnerId, MOVE_EVERY_DAYS, moves } from '../../simulator/people.ts';
import { distanceKm } from '../../simulator/wards.ts';
import { testCity } from './helper.ts';

const city = testCity();
const of = (source: string) => city.places.filter((place) => place.source === source);

describe('the invented city', () => {
  test('has 300 centres, 24 mobile libraries, 60 courses and 400,000 people', () => {
    expect(of('centre')).toHaveLength(300);
    expect(of('mobile_library')).toHaveLength(24);
    expect(of('online_course')).toHaveLength(60);
    expect(city.people.count).toBe(400_000);
    expect(new Set(city.places.map((place) => place.source_id)).size).toBe(384);
    expect(new Set(of('online_course').map((place) => place.name)).size).toBe(60);
  });

  test('every source is one that the service takes, and its hours can be read', () => {
    const shape = Compile(SourceInputSchema);
    for (const { source_id, input } of sourceInputs(city)) {
      expect([...shape.Errors(input)], source_id).toEqual([]);
      expect(source_id).toMatch(new RegExp(SOURCE_ID_PATTERN));
      if (input.hours !== null && input.hours !== undefined) {
        const open = parseHours(input.hours).reduce((a, b) => a + b, 0) / 2;
        expect(open, input.hours).toBeGreaterThan(10);
        expect(open, input.hours).toBeLessThan(105);
      }
    }
    expect(city.places[0]?.source_id).toMatch(/^clc-\d{5}-01$/);
    expect(city.places[0]?.name).toMatch(/^Trung tâm HTCĐ (phường|xã|đặc khu) /);
  });

  test('the same seed gives the same city, another seed another', () => {
    const again = buildCity({ division: loadDivision('2025'), seed: 7 });
    expect(again.places).toEqual(city.places);
    expect(again.timetable).toEqual(city.timetable);
    expect(
      Buffer.compare(Buffer.from(again.people.traits.buffer), Buffer.from(city.people.traits.buffer)),
    ).toBe(0);
    const other = buildCity({ division: loadDivision('2025'), seed: 8 });
    expect(other.places).not.toEqual(city.places);
  });

  test('places lie in their ward, close to its point', () => {
    const locator = createLocator(drawSchematic(city.division));
    let inside = 0;
    const placed = city.venues.filter((venue) => venue.ward >= 0);
    for (const venue of placed) {
      const ward = city.wards[venue.ward];
      const point = { lon: venue.lon as number, lat: venue.lat as number };
      expect(distanceKm(point, ward as NonNullable<typeof ward>)).toBeLessThan(1.3);
      if (locator.locate(point.lon, point.lat) === ward?.code) inside++;
    }
    expect(inside / placed.length).toBeGreaterThan(0.9);
  });

  test('homes follow the residents, to the person', () => {
    const residents = city.wards.reduce((sum, ward) => sum + ward.population, 0);
    const { first_of_ward } = city.people;
    city.wards.forEach((ward, i) => {
      const people = (first_of_ward[i + 1] as number) - (first_of_ward[i] as number);
      expect(Math.abs(people - (392_000 * ward.population) / residents)).toBeLessThanOrEqual(1);
    });
    expect(first_of_ward[city.wards.length]).toBe(392_000);
  });

  test('12 % never give a home, 3 % move once in any 90 days, and every id is its own', () => {
    const { people } = city;
    const traits = [...people.traits];
    expect(traits.filter(hidesHome).length / 400_000).toBeCloseTo(0.12, 2);
    const movers = traits.flatMap((t, person) => (moves(t) ? [person] : []));
    expect(movers.length / 400_000).toBeCloseTo(0.03, 2);
    for (const person of movers.slice(0, 200)) {
      const homes = Array.from({ length: MOVE_EVERY_DAYS + 1 }, (_, i) =>
        homeOn(people, person, 500, 20_000 + i),
      );
      expect(homes.filter((home, i) => i > 0 && home !== homes[i - 1])).toHaveLength(1);
    }
    const ids = new Set<string>();
    for (let person = 0; person < people.count; person++) {
      const { id, type } = learnerId(people, person);
      ids.add(`${type} ${id}`);
      if (type === 'cccd' && !/^079[0-3]\d{8}$/.test(id)) throw new Error(`not a citizen's number: ${id}`);
    }
    expect(ids.size).toBe(400_000);
  });

  test('12 to 18 dense wards have one tiny centre or none, whatever the seed; the centre has most', () => {
    for (const seed of [1, 2, 7, 'demo']) {
      const drawn = buildCity({ division: loadDivision('2025'), seed });
      const barely = drawn.wards.flatMap((ward, i) => (ward.service === 'barely_served' ? [i] : []));
      expect(barely.length).toBeGreaterThanOrEqual(12);
      expect(barely.length).toBeLessThanOrEqual(18);
      for (const ward of barely) {
        const centres = drawn.places.filter((place) => place.ward === ward);
        expect(centres.length).toBeLessThanOrEqual(1);
        for (const centre of centres) expect(centre.seats).toBeLessThanOrEqual(16);
        expect(drawn.wards[ward]?.density_per_km2).toBeGreaterThan(4500);
      }
    }
  });

  test('a mobile library is at one place at a time, in several wards a week', () => {
    for (let bus = 0; bus < 24; bus++) {
      const stops = city.timetable.filter((stop) => stop.bus === bus);
      const taken = stops.flatMap((stop) =>
        Array.from(
          { length: stop.to_slot - stop.from_slot },
          (_, i) => stop.weekday * 48 + stop.from_slot + i,
        ),
      );
      expect(new Set(taken).size).toBe(taken.length);
      expect(new Set(stops.map((stop) => stop.ward)).size).toBeGreaterThan(2);
    }
  });

  test('a division without residents is refused by the ward’s code', () => {
    const division = loadDivision('2025');
    const wards = division.wards.map((ward, i) => (i === 3 ? { ...ward, population: null } : ward));
    expect(() => buildCity({ division: { ...division, wards }, seed: 1 })).toThrow(`ward ${wards[3]?.code}`);
  });
});
