import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { interiorPoint } from '../../geo/rings.ts';
import { COMMANDS } from '../../server/commands/registry.ts';
import { describeWithRealBoundaries, realBoundariesDir } from '../geo/real-boundaries.ts';
import { LiveClient } from '../helper/live-client.ts';
import { anEvent, startTestService, type TestService } from '../helper/service.ts';

// Real polygons replace the schematic ones under a running service that already holds events.

const NAMED: [name: string, lon: number, lat: number][] = [
  ['Bến Thành market', 106.6983, 10.7721],
  ['Thủ Đức', 106.7719, 10.8494],
  ['Củ Chi', 106.4925, 10.9733],
  ['Cần Giờ', 106.953, 10.411],
  ['Vũng Tàu', 107.084, 10.346],
  ['Tân Sơn Nhất airport', 106.66, 10.818],
  ['Khánh Hội', 106.704, 10.759],
];

describeWithRealBoundaries('with the real boundaries', () => {
  let service: TestService;
  let features: any[];
  const wardOf = (lon: number, lat: number): string | undefined =>
    features.find((feature) => booleanPointInPolygon([lon, lat], feature))?.properties.code;

  beforeAll(async () => {
    service = await startTestService();
    const file = path.join(realBoundariesDir ?? '', 'hcmc_units_2025_168.geojson');
    features = JSON.parse(readFileSync(file, 'utf8')).features;
  });
  afterAll(() => service?.stop());

  const countsOf = async (level: string) => {
    const { body } = await service.get(`/api/v1/coverage?level=${level}`);
    return new Map<string, number>(body.areas.map((area: any) => [area.code, area.events]));
  };

  it('an import moves the events that came before to the wards that hold their points, and counts stay whole', async () => {
    const early = NAMED.map(([, lon, lat]) =>
      anEvent({ location: { lon, lat }, ward: '26740', learner_id: randomUUID() }),
    );
    const unplaced = anEvent();
    await service.send([...early, unplaced]);
    expect((await countsOf('ward')).get('26740')).toBe(NAMED.length);
    expect((await service.get('/api/v1/status')).body.boundary).toBe('schematic');

    const client = new LiveClient(service.url);
    await client.subscribe({});
    await client.until(() => client.snapshots === 1);
    const steps = new Set<string>();
    await COMMANDS['import-boundaries'](
      service.app.services,
      { division: '2025', polygons: features.map((feature) => [feature.properties.code, feature.geometry]) },
      (step) => steps.add(step),
    );
    expect([...steps]).toEqual(expect.arrayContaining(['points', 'events', 'boundaries']));

    const counts = await countsOf('ward');
    for (const [name, lon, lat] of NAMED)
      expect(counts.get(wardOf(lon, lat) ?? ''), name).toBeGreaterThanOrEqual(1);
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(NAMED.length + 1);
    const status = (await service.get('/api/v1/status')).body;
    expect(status).toMatchObject({ boundary: 'official', events: NAMED.length + 1 });
    await client.until(() => client.snapshots === 2);
    expect(client.areas.get(wardOf(106.6983, 10.7721) ?? '')?.[1]).toBe(
      counts.get(wardOf(106.6983, 10.7721) ?? ''),
    );
    client.close();
    const { body: areas } = await service.get('/api/v1/areas');
    expect(areas.boundary).toBe('official');
    const [flagged] = await service.store.query<{ n: string }>(
      'SELECT toString(countIf(bitTest(flags, 0))) AS n FROM events_raw',
    );
    const differs = NAMED.filter(([, lon, lat]) => wardOf(lon, lat) !== '26740').length;
    expect(Number(flagged?.n)).toBe(differs);
  });

  it.each(NAMED)(
    'an event at %s is counted in the ward whose polygon contains it, and in its district',
    async (_, lon, lat) => {
      const ward = wardOf(lon, lat);
      expect(ward).toBeDefined();
      const { body: areas } = await service.get('/api/v1/areas');
      const district = areas.features.find((feature: any) => feature.id === ward).properties.parent;
      const [wards, districts] = [await countsOf('ward'), await countsOf('district')];
      const { body } = await service.send(anEvent({ location: { lon, lat }, ward: undefined as never }));
      expect(body).toMatchObject({ accepted: 1, rejected: [] });
      expect((await countsOf('ward')).get(ward ?? '')).toBe((wards.get(ward ?? '') ?? 0) + 1);
      expect((await countsOf('district')).get(district)).toBe((districts.get(district) ?? 0) + 1);
    },
  );

  it('every ward’s own interior point counts in that ward', async () => {
    const before = await countsOf('ward');
    const events = features.map((feature) => {
      const { lon, lat } = interiorPoint(feature.geometry);
      return anEvent({ location: { lon, lat }, ward: feature.properties.code });
    });
    expect((await service.send(events)).body).toEqual({ accepted: 168, duplicates: 0, rejected: [] });
    const after = await countsOf('ward');
    for (const feature of features) {
      const { code } = feature.properties;
      expect(after.get(code), code).toBe((before.get(code) ?? 0) + 1);
    }
  });

  it('a point in the sea or in Tây Ninh is outside the city', async () => {
    const { body } = await service.send([
      anEvent({ location: { lon: 107.3, lat: 10.2 } }),
      anEvent({ location: { lon: 106.1, lat: 11.31 } }),
    ]);
    expect(body.accepted).toBe(0);
    expect(body.rejected.map((one: any) => one.reason)).toEqual(['outside_city', 'outside_city']);
  });

  it('rollups equal the raw rows afterwards', async () => {
    const [sums] = await service.store.query<Record<string, string>>(
      `SELECT
         (SELECT toString(count()) FROM events_raw) AS raw,
         (SELECT toString(sum(events)) FROM place_daily) AS daily,
         (SELECT toString(sum(events)) FROM place_hourly) AS hourly,
         (SELECT toString(countIf(learner != 0)) FROM events_raw) AS named,
         (SELECT toString(sum(events)) FROM learner_daily) AS learners,
         (SELECT toString(count()) FROM system.tables WHERE database = currentDatabase() AND name LIKE '%\\_next%') AS twins`,
    );
    expect(sums?.daily).toBe(sums?.raw);
    expect(sums?.hourly).toBe(sums?.raw);
    expect(sums?.learners).toBe(sums?.named);
    expect(sums?.twins).toBe('0');
  });

  it('the area answer weighs at most 400 kB gzipped and a kept copy is not sent again', async () => {
    const answer = await fetch(`${service.url}/api/v1/areas`, { headers: { 'accept-encoding': 'gzip' } });
    const { gzipSync } = await import('node:zlib');
    expect(gzipSync(await answer.text()).length).toBeLessThan(400_000);
    const again = await fetch(`${service.url}/api/v1/areas`, {
      headers: { 'if-none-match': answer.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });
});
