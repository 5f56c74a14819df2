import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { cellToLatLng } from 'h3-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPopulationGrid } from '../../geo/population-grid.ts';
import { createKey } from '../../server/access/keys.ts';
import { COMMANDS } from '../../server/commands/registry.ts';
import { DAY_MS, startOfCityDay, toCityIso } from '../../server/contract/time.ts';
import { distanceM } from '../../server/coverage/nearby.ts';
import { readAccess } from '../../server/coverage/read-access.ts';
import { parseWindow } from '../../server/coverage/window.ts';
import { toEngineTime } from '../../server/store/event-row.ts';
import { anEvent, startTestService, type TestService, temporaryDir } from '../helper/service.ts';

// Learners of one ward, a few places, and a planner who asks where the next stops should be.

const ADMIN_KEY = 'the-admin-key-of-the-test-0123456789';
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const BUSY = '27265'; // Khánh Hội: everybody learns here
const FEW = '26743'; // Bến Thành: 3 learners
const today = startOfCityDay(Date.now());
const yesterday = (hour: number) => toCityIso(today - DAY_MS + hour * 3_600_000);
const window = { from: toCityIso(today - 14 * DAY_MS), to: toCityIso(today) };

let service: TestService;
let planner: Record<string, string>;
let viewer: Record<string, string>;

const post = async (body: unknown, headers: Record<string, string> = bearer(ADMIN_KEY)) => {
  const response = await fetch(`${service.url}/api/v1/siting`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as any };
};
const put = async (id: string, place: object) => {
  const response = await fetch(`${service.url}/api/v1/sources/${id}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...bearer(ADMIN_KEY) },
    body: JSON.stringify({ source: 'centre', name: `Place ${id}`, ...place }),
  });
  expect(response.status).toBe(200);
};
const learners = (ward: string, count: number) =>
  Array.from({ length: count }, () =>
    anEvent({ ward, home_ward: ward, occurred_at: yesterday(9), learner_id: randomUUID() }),
  );
const grid = async () => (await service.get('/api/v1/residents-grid', bearer(ADMIN_KEY))).body;

beforeAll(async () => {
  service = await startTestService({ ADMIN_KEY });
  const key = async (role: 'planner' | 'viewer') =>
    bearer((await createKey(service.store, { role, name: role })).key);
  [planner, viewer] = [await key('planner'), await key('viewer')];
  const sent = await service.send([...learners(BUSY, 1500), ...learners(FEW, 3)], bearer(ADMIN_KEY));
  expect(sent.body.accepted).toBe(1503);
});
afterAll(() => service.stop());

describe('the residents’ grid', () => {
  test('sums to every ward’s residents, is light, and is not sent twice', async () => {
    const areas = await service.get('/api/v1/areas?level=ward', bearer(ADMIN_KEY));
    const answer = await service.get('/api/v1/residents-grid', viewer);
    expect(answer.status).toBe(200);
    const { wards, ...rest } = answer.body;
    expect(rest).toMatchObject({ resolution: 9, source: 'even', boundary: 'schematic', imported: null });
    const sums = Object.fromEntries(
      wards.map((one: any) => [one.ward, one.residents.reduce((a: number, b: number) => a + b, 0)]),
    );
    for (const { properties } of areas.body.features)
      expect(sums[properties.code]).toBe(properties.population);
    expect(gzipSync(JSON.stringify(answer.body)).length).toBeLessThan(250_000);
    const etag = answer.headers.get('etag') ?? '';
    const again = await fetch(`${service.url}/api/v1/residents-grid`, {
      headers: { ...viewer, 'if-none-match': etag },
    });
    expect(again.status).toBe(304);
  });

  test('is there for SQL', async () => {
    const [row] = await service.store.query<Record<string, string>>(
      `SELECT sum(population) AS residents, count() AS cells, uniqExact(ward) AS wards,
         countIf(h3GetResolution(h3) != 9) AS others FROM residents_grid`,
    );
    expect(row).toMatchObject({ residents: '14544929', wards: '168', others: '0' });
  });
});

describe('where next', () => {
  test('the best sites out of all cells, what each adds, and why every other ward got none', async () => {
    const { status, body } = await post({ count: 4, weight: 'residents', ...window });
    expect(status).toBe(200);
    expect(body).toMatchObject({ division: '2025', weight_unit: 'residents', reach_m: 1000, ...window });
    const { sites, curve } = body.chosen;
    expect(sites).toHaveLength(4);
    const { wards } = await grid();
    for (const site of sites) expect(site.residents_new).toBe(residentsWithin(wards, site, 1000));
    expect(sites[0].residents_new).toBeGreaterThan(100_000);
    const added = sites.map((site: any) => site.residents_added);
    expect(curve.map((point: any) => point.residents)).toEqual(
      added.map((_: number, k: number) => added.slice(0, k + 1).reduce((a: number, b: number) => a + b, 0)),
    );
    expect(curve.at(-1)).toMatchObject({ count: 4, residents: body.chosen.residents_new });
    expect(body.together.residents_new).toBe(body.chosen.residents_new);
    const withSite = new Set(sites.map((site: any) => site.ward));
    const without = body.not_chosen.map((row: any) => row.code);
    expect(new Set([...withSite, ...without]).size).toBe(168);
    expect(without.filter((code: string) => withSite.has(code))).toEqual([]);
    const low = wards.filter((one: any) => one.grid_quality === 'low').map((one: any) => one.ward);
    const calledLow = body.not_chosen.filter((row: any) => row.reason === 'low_grid_quality');
    expect(calledLow.map((row: any) => row.code).sort()).toEqual(low.sort());
    const next = body.not_chosen.find((row: any) => row.reason === 'next_in_line');
    expect(next.best_gain).toBeLessThanOrEqual(body.chosen.sites.at(-1).residents_new);
  });

  test('unreached learners by default: not where everybody learns already', async () => {
    const { body } = await post({ count: 3, ...window });
    expect(body).toMatchObject({ weight: 'unreached', weight_unit: 'learners' });
    const busy = body.not_chosen.find((row: any) => row.code === BUSY);
    expect(busy).toMatchObject({ reason: 'enough_learners', weight: 0 });
    expect(body.chosen.weight_new).toBeGreaterThan(0);
    expect(body.existing.weight).toBeGreaterThan(body.chosen.weight_new);
  });

  test('only in an area, and with rural wards when asked to', async () => {
    const { body } = await post({ count: 2, weight: 'residents', area: '783', low_quality: true, ...window });
    expect(body.chosen.sites).toHaveLength(2);
    for (const { ward } of body.chosen.sites)
      expect(service.app.services.geography.parentOf(ward)).toBe('783');
    const rural = body.chosen.candidates;
    expect(
      (await post({ count: 2, weight: 'residents', area: '783', ...window })).body.chosen.candidates,
    ).toBeLessThan(rural);
  });

  test('what exists counts as covered, unless it is hardly ever open', async () => {
    const { body: before } = await post({ count: 1, weight: 'residents', ...window });
    const [{ lon, lat, ward }] = before.chosen.sites;
    await put('clc-rare', { kind: 'centre', lon, lat, hours: 'Mo 08:00-09:00' });
    expect((await post({ count: 1, weight: 'residents', ...window })).body.chosen.sites[0]).toMatchObject({
      lon,
      lat,
    });
    await put('clc-new', { kind: 'centre', lon, lat, hours: 'Mo 08:00-10:00' });
    const { body } = await post({ count: 1, weight: 'residents', reach_m: 3000, ...window });
    expect(body.existing).toMatchObject({ places: 1, stops: 0 });
    expect(body.existing.residents_within).toBeGreaterThan(before.chosen.residents_new);
    expect(body.not_chosen.find((row: any) => row.code === ward)).toMatchObject({
      reason: 'already_covered',
      by: { id: 'clc-new', name: 'Place clc-new' },
    });
    await put('clc-new', { kind: 'centre', lon, lat, hours: 'Mo 08:00-09:00' });
  });

  test('a mobile library’s stop counts too: from its positions, else from its events; online courses do not', async () => {
    const at = {
      source: 'mobile_library',
      source_id: 'bus-9',
      location: { lon: 106.68, lat: 10.77 },
    } as const;
    await service.send(
      [
        anEvent({ ...at, occurred_at: yesterday(9) }),
        anEvent({ ...at, occurred_at: toCityIso(today - DAY_MS + 9.6 * 3_600_000) }),
        anEvent({ source: 'online_course', source_id: 'mooc-1', occurred_at: yesterday(9) }),
      ],
      bearer(ADMIN_KEY),
    );
    const { body } = await post({ fixed: [{ lon: 106.68, lat: 10.77 }], weight: 'residents', ...window });
    expect(body.existing.stops).toBe(1);
    expect(body.fixed.residents_new).toBe(0);
    // Positions say it better than events: where there are some, events are not looked at.
    const half_ten = today - DAY_MS + 9.5 * 3_600_000;
    await service.store.insertObjects('vehicle_days', [
      {
        ...{ source_id: 'bus-9', positions: 50, jumps: [], computed_at: toEngineTime(Date.now()) },
        day: toCityIso(today - DAY_MS).slice(0, 10),
        stop_from: [toEngineTime(half_ten), toEngineTime(half_ten + 7_200_000)],
        stop_to: [toEngineTime(half_ten + 1_800_000), toEngineTime(half_ten + 9_000_000)],
        stop_lon: [106.72, 106.72],
        stop_lat: [10.85, 10.85],
      },
    ]);
    const moved = await post({ fixed: [{ lon: 106.72, lat: 10.85 }], weight: 'residents', ...window });
    expect(moved.body.existing.stops).toBe(1);
    expect(moved.body.fixed.residents_new).toBe(0);
    const week = { from: window.from, to: toCityIso(today - DAY_MS) };
    expect((await post({ fixed: [], weight: 'residents', ...week })).body.existing.stops).toBe(0);
  });

  test('among given points, and among registered places that nobody uses yet', async () => {
    const points = [
      { id: 'in town', lon: 106.67, lat: 10.76 },
      { id: 'in the fields', lon: 106.45, lat: 11.05 },
    ];
    const given = await post({ count: 2, candidates: 'points', points, weight: 'residents', ...window });
    expect(given.body.chosen.sites.map((site: any) => site.id)).toEqual(['in town']);
    await put('sch-unused', { kind: 'school', lon: 106.66, lat: 10.75 });
    await put('sch-used', { kind: 'school', lon: 106.7, lat: 10.82 });
    await service.send(anEvent({ source_id: 'sch-used' }), bearer(ADMIN_KEY));
    // An answer waits a second for what was just acknowledged, which may not do on a busy machine.
    await service.app.services.buffer.settled(60_000);
    const { body } = await post({ count: 2, candidates: 'places', weight: 'residents', ...window });
    expect(body.chosen.sites.map((site: any) => [site.id, site.name])).toEqual([
      ['sch-unused', 'Place sch-unused'],
    ]);
    expect(body.chosen.candidates).toBe(1);
    expect(body.not_chosen.some((row: any) => row.reason === 'no_candidate')).toBe(true);
  });
});

describe('what if', () => {
  const site = { id: 'dragged', lon: 106.62, lat: 10.76 };

  test('says who is newly reached and which wards leave the underserved list', async () => {
    const { body } = await post({ fixed: [site], reach_m: 3000, ...window });
    expect(body.chosen.sites).toEqual([]);
    expect(body.not_chosen).toEqual([]);
    expect(body.fixed.sites[0]).toMatchObject({ id: 'dragged', residents_new: body.fixed.residents_new });
    expect(body.fixed.residents_new).toBe(residentsWithin((await grid()).wards, site, 3000));
    expect(body.fixed.leaves_underserved.length).toBeGreaterThan(0);
    for (const code of body.fixed.leaves_underserved)
      expect(body.fixed.wards_helped.find((ward: any) => ward.code === code)).toMatchObject({
        leaves_underserved: true,
      });
    expect(body.assumptions.en.join(' ')).toMatch(/learn at the city’s rate/);
    expect(body.assumptions.vi).toHaveLength(body.assumptions.en.length);
  });

  test('two sites near each other: each alone, and together counted once', async () => {
    const twin = { ...site, id: 'twin' };
    const { body } = await post({ fixed: [site, twin], weight: 'residents', ...window });
    const [first, second] = body.fixed.sites;
    expect(second.residents_new).toBe(first.residents_new);
    expect(second.residents_added).toBe(0);
    expect(body.fixed.residents_new).toBe(first.residents_new);
  });

  test('chosen sites add to fixed ones', async () => {
    const best = (await post({ count: 1, weight: 'residents', ...window })).body.chosen.sites[0];
    const { body } = await post({
      fixed: [{ lon: best.lon, lat: best.lat }],
      count: 1,
      weight: 'residents',
      ...window,
    });
    expect(body.chosen.sites[0].id).not.toBe(best.id);
    expect(body.together.residents_new).toBe(body.fixed.residents_new + body.chosen.residents_new);
  });

  test('site A against site B', async () => {
    const rural = { lon: 106.45, lat: 11.05 };
    const { body } = await post({ fixed: [site], against: [rural], weight: 'residents', ...window });
    const alone = (await post({ fixed: [rural], weight: 'residents', ...window })).body.fixed;
    expect(body.comparison.against).toMatchObject({ residents_new: alone.residents_new });
    expect(body.comparison.residents_more).toBe(body.fixed.residents_new - alone.residents_new);
    expect(alone.residents_new_low).toBe(alone.residents_new);
    const same = (await post({ fixed: [site], against: [site], ...window })).body.comparison;
    expect(same).toMatchObject({
      residents_more: 0,
      weight_more: 0,
      leaves_only_fixed: [],
      leaves_only_against: [],
    });
  });

  test('figures stay as they were while `basis` is sent back, and are read anew without it', async () => {
    const first = (await post({ fixed: [site], ...window })).body;
    await service.send(learners(BUSY, 200), bearer(ADMIN_KEY));
    const kept = (await post({ fixed: [site], basis: first.basis, ...window })).body;
    expect(kept).toMatchObject({ basis: first.basis, as_of: first.as_of, fixed: first.fixed });
    const anew = (await post({ fixed: [site], ...window })).body;
    expect(anew.basis).not.toBe(first.basis);
    expect(anew.fixed.weight_new).toBeGreaterThan(first.fixed.weight_new);
    // A basis of another window, or one that nobody knows, is not used.
    const other = (await post({ fixed: [site], basis: first.basis })).body;
    expect(other.basis).not.toBe(first.basis);
    expect((await post({ fixed: [site], basis: 'gone', ...window })).body.basis).toBe(anew.basis);
  });
});

describe('who may ask what', () => {
  test('planners and above; a viewer and a stranger may not', async () => {
    expect((await post({ count: 1, ...window }, viewer)).status).toBe(403);
    expect((await post({ count: 1, ...window }, {})).status).toBe(401);
    expect((await post({ count: 1, ...window }, planner)).status).toBe(200);
  });

  test('a ward of 3 learners says nothing to a planner, and its weight cannot be had', async () => {
    const rowOf = async (headers: Record<string, string>, body: object) =>
      (await post({ count: 1, ...window, ...body }, headers)).body.not_chosen.find(
        (row: any) => row.code === FEW,
      );
    expect(await rowOf(planner, {})).toMatchObject({ reason: 'no_figure', weight: 0, covered: 0 });
    expect((await rowOf(bearer(ADMIN_KEY), {})).weight).toBeGreaterThan(0);
    expect((await rowOf(planner, { weight: 'residents' })).weight).toBeGreaterThan(0);
    const at = { lon: 106.695, lat: 10.773 };
    const { fixed } = (await post({ fixed: [at], ...window }, planner)).body;
    expect(fixed.wards_helped.find((ward: any) => ward.code === FEW)).toMatchObject({
      weight: 0,
      leaves_underserved: false,
    });
    // Nor by handing in what an analyst was given.
    const analyst = (await post({ fixed: [at], ...window })).body.basis;
    expect((await post({ fixed: [at], basis: analyst, ...window }, planner)).body.basis).not.toBe(analyst);
    const hour = { from: window.from, to: toCityIso(today - 3_600_000) };
    expect((await post({ count: 1, ...hour }, planner)).status).toBe(400);
  });

  test.each([
    [{ reach: 500 }, 'reach', '500', 'no field of that name'],
    [{ count: 0 }, 'count', '0', '>= 1'],
    [{ count: 51 }, 'count', '51', '<= 50'],
    [{ count: true }, 'count', 'true', 'integer'],
    [{ reach_m: 199 }, 'reach_m', '199', '>= 200'],
    [{ reach_m: 5001 }, 'reach_m', '5001', '<= 5000'],
    [{ candidates: 'roofs' }, 'candidates', '"roofs"', 'cells, points, places'],
    [{ candidates: 'points' }, 'points', 'nothing', 'at least one point'],
    [{ points: [{ lon: 106.7, lat: 10.7 }] }, 'points', '1 points', 'candidates: points'],
    [{ place_kinds: ['school'] }, 'place_kinds', '["school"]', 'candidates: places'],
    [{ fixed: [{ lon: 10.7, lat: 106.7 }] }, 'fixed.0.lon', '10.7', '>= 106.3'],
    [{ fixed: [{ lon: 106.7 }] }, 'fixed.0.lat', 'nothing', 'a value'],
    [{ against: [] }, 'fixed', 'nothing', 'sites to compare'],
    [{ weight: 'child', group: 'worker' }, 'group', '"worker"', 'child'],
    [{ weight: 'ducks' }, 'weight', '"ducks"', 'unreached'],
    [{ area: '99999' }, 'area', '"99999"', 'a code of'],
    [{ from: '2026-01-01' }, 'from', '"2026-01-01"', 'RFC 3339'],
    [[], 'body', '[]', 'object'],
  ])('%j is refused: %s', async (body, field, given, allowed) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    const fault = answer.body.errors.find((error: any) => error.field === field);
    expect(fault?.given ?? 'nothing').toContain(given);
    expect(fault?.allowed).toContain(allowed);
    expect(answer.body.detail).toContain(field);
  });
});

describe('access', () => {
  test('of every ward, from what is registered and what stopped there', async () => {
    const { services } = service.app;
    const figures = await readAccess(services, parseWindow(window, Date.now()));
    const { wards } = await grid();
    expect(figures.access.size).toBe(168);
    const places = services.sources.all.filter((one) => one.source === 'centre' && one.lon !== null);
    const open = places.filter((one) => !one.hours?.startsWith('Mo 08:00-09:00'));
    const stop = { lon: 106.72, lat: 10.85 };
    const serving = [...open.map((one) => ({ lon: one.lon ?? 0, lat: one.lat ?? 0 })), stop];
    for (const one of wards) {
      const cells = cellsOf(one);
      const within = cells.filter((cell) => serving.some((place) => wayM(cell, place) <= 1000));
      const share = within.reduce((sum, cell) => sum + cell.residents, 0) / one.population;
      expect(figures.within_1km.get(one.ward)).toBeCloseTo(share, 9);
    }
    expect([...figures.within_1km.values()].some((share) => share > 0.3)).toBe(true);
    const handed = wards.reduce(
      (sum: number, one: any) => sum + (one.population * (figures.access.get(one.ward) ?? 0)) / 1000,
      0,
    );
    // Two centres of 50 seats open an hour, two schools as schools usually are, 16 seats that stood an hour in two weeks.
    expect(handed).toBeCloseTo(2 * 50 * 1 + 2 * 80 * 16 + 16 * (1 / 2), 6);
  });
});

describe('a population grid', () => {
  test('replaces the even spread within wards, keeps their totals, and can be replaced again', async () => {
    const before = await grid();
    const busy = before.wards.find((one: any) => one.ward === BUSY);
    const rows = busy.cells.map((cell: string, k: number) => `${cell},${k === 0 ? 900 : k === 1 ? 100 : 0}`);
    const file = path.join(temporaryDir(), 'grid.csv');
    writeFileSync(file, `h3,population\n${rows.join('\n')}\n`);
    const { residents } = await readPopulationGrid(file);
    const input = { residents: [...residents], source: 'a test', date: '2026-01-01' };
    const report = await COMMANDS['import-population-grid'](service.app.services, input, () => undefined);
    expect(report).toMatchObject({ wards: 168, dropped_cells: 0 });
    expect(report.fallback_wards).toHaveLength(167);
    const after = await grid();
    expect(after).toMatchObject({ source: 'imported', imported: { source: 'a test', date: '2026-01-01' } });
    expect(after.wards.find((one: any) => one.ward === BUSY)).toEqual({
      ward: BUSY,
      grid_quality: 'imported',
      population: busy.population,
      cells: busy.cells.slice(0, 2),
      residents: [Math.round(busy.population * 0.9), busy.population - Math.round(busy.population * 0.9)],
    });
    const inStore = async () =>
      (
        await service.store.query<{ residents: string }>(
          'SELECT sum(population) AS residents FROM residents_grid',
        )
      )[0];
    expect(await inStore()).toEqual({ residents: '14544929' });
    const versions = await service.store.query('SELECT DISTINCT version FROM residents_cells');
    expect(versions).toHaveLength(1);
  });
});

type Cell = { lon: number; lat: number; residents: number };

function cellsOf(ward: { cells: string[]; residents: number[] }): Cell[] {
  return ward.cells.map((cell, k) => {
    const [lat, lon] = cellToLatLng(cell);
    return { lon, lat, residents: ward.residents[k] ?? 0 };
  });
}

function residentsWithin(
  wards: { cells: string[]; residents: number[] }[],
  at: { lon: number; lat: number },
  reach_m: number,
): number {
  return wards
    .flatMap(cellsOf)
    .filter((cell) => wayM(cell, at) <= reach_m)
    .reduce((sum, cell) => sum + cell.residents, 0);
}

function wayM(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  return 1.3 * distanceM(a.lon, a.lat, b.lon, b.lat);
}
