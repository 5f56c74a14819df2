import { describe, expect, it } from 'vitest';
import type { Vehicle } from '../../server/contract/vehicle.ts';
import { type Fleet, freshnessOf, vehicleAt, withAnswer, withMoved } from '../../web/src/map/fleet.ts';

const NOW = Date.UTC(2026, 10, 20, 2);
const MINUTE = 60_000;
const at = (minutes: number) => new Date(NOW + minutes * MINUTE).toISOString();
const NONE: Fleet = new Map();

const told = (changes: Partial<Vehicle> = {}): Vehicle => ({
  source_id: 'bus-1',
  name: 'Thư viện lưu động 01',
  registered: true,
  lon: 106.7,
  lat: 10.77,
  at: at(-1),
  age_s: 60,
  heading: 90,
  speed_kmh: 0,
  battery: 80,
  stopped_since: at(-30),
  trail: [[106.69, 10.77, at(-40)]],
  ...changes,
});
const move = (lon: number, minutes: number, source_id = 'bus-1') => ({
  vehicles: [[source_id, lon, 10.77, 45, at(minutes)] as [string, number, number, number, string]],
});

describe('the fleet on the map', () => {
  it('takes an answer, without the vehicles that never reported', () => {
    const silent = told({
      source_id: 'bus-2',
      lon: null,
      lat: null,
      at: null,
      age_s: null,
      stopped_since: null,
    });
    const fleet = withAnswer(NONE, [told(), silent]);
    expect([...fleet.keys()]).toEqual(['bus-1']);
    expect(fleet.get('bus-1')).toMatchObject({ at: NOW - MINUTE, stopped_since: NOW - 30 * MINUTE });
  });

  it('moves a vehicle on, and ends its stop when it has left, not when it was jostled', () => {
    const fleet = withAnswer(NONE, [told()]);
    const jostled = withMoved(fleet, move(106.7002, 0), NOW).get('bus-1');
    expect(jostled).toMatchObject({ lon: 106.7002, heading: 45, stopped_since: NOW - 30 * MINUTE });
    const left = withMoved(fleet, move(106.71, 0), NOW).get('bus-1');
    expect(left).toMatchObject({ at: NOW, stopped_since: null });
    expect(left?.trail.map(([lon]) => lon)).toEqual([106.69, 106.71]);
    expect(fleet.get('bus-1')?.lon).toBe(106.7);
  });

  it('forgets a trail after an hour, and what a correction takes back', () => {
    const fleet = withMoved(withAnswer(NONE, [told()]), move(106.75, 0), NOW);
    const later = withMoved(fleet, move(106.76, 30), NOW + 30 * MINUTE).get('bus-1');
    expect(later?.trail.map(([lon]) => lon)).toEqual([106.75, 106.76]);
    const corrected = withMoved(fleet, move(106.7, -1), NOW).get('bus-1');
    expect(corrected).toMatchObject({ lon: 106.7, at: NOW - MINUTE });
    expect(corrected?.trail.map(([lon]) => lon)).toEqual([106.69, 106.7]);
  });

  it('draws a vehicle it was not told of before, by its id', () => {
    expect(withMoved(NONE, move(106.7, 0, 'bus-9'), NOW).get('bus-9')).toMatchObject({
      name: 'bus-9',
      trail: [],
    });
  });

  it('keeps a live position that is newer than an answer, and takes the answer’s name and trail', () => {
    const live = withMoved(NONE, move(106.72, 0), NOW);
    const fleet = withAnswer(live, [told()]);
    expect(fleet.get('bus-1')).toMatchObject({ lon: 106.72, at: NOW, name: 'Thư viện lưu động 01' });
    expect(fleet.get('bus-1')?.trail).toHaveLength(2);
    const corrected = withAnswer(live, [told({ at: at(-5) })]);
    expect(corrected.get('bus-1')).toMatchObject({ lon: 106.7, at: NOW - 5 * MINUTE });
  });

  it('is fresh for 15 minutes, quiet up to 2 hours, then only last seen', () => {
    const ages = [0, 15, 15.1, 120, 120.1].map((minutes) => freshnessOf(NOW - minutes * MINUTE, NOW));
    expect(ages).toEqual(['fresh', 'fresh', 'quiet', 'quiet', 'lost']);
  });

  it('finds the nearest vehicle within reach of a pointer', () => {
    const two = told({ source_id: 'bus-2', lon: 106.71 });
    const fleet = withAnswer(NONE, [told(), two]);
    const project = (lon: number) => ({ x: (lon - 106.7) * 1_000, y: 0 });
    expect(vehicleAt(fleet, project, { x: 6, y: 0 }, 12)).toBe('bus-2');
    expect(vehicleAt(fleet, project, { x: 4, y: 0 }, 12)).toBe('bus-1');
    expect(vehicleAt(fleet, project, { x: 4, y: 13 }, 12)).toBeNull();
  });
});
