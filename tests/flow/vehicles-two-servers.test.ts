import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR_MS, startOfCityDay, toCityIso } from '../../server/contract/time.ts';
import { type ChildService, startChild } from '../commands/child.ts';
import { type ClickHouseServer, startClickHouse } from '../helper/clickhouse.ts';
import { LiveClient } from '../helper/live-client.ts';
import { startTestService, type TestService, temporaryDir } from '../helper/service.ts';

let clickhouse: ClickHouseServer;
let here: TestService;
let there: ChildService;
let client: LiveClient;

beforeAll(async () => {
  clickhouse = await startClickHouse(temporaryDir());
  const settings = { CLICKHOUSE_URL: clickhouse.url, LEARNER_KEY: 'a key that both servers share, 32+' };
  here = await startTestService(settings);
  there = await startChild({ ...settings, DATA_DIR: temporaryDir() });
});
afterAll(async () => {
  client?.close();
  await there?.end();
  await here?.stop();
  await clickhouse?.close();
});

describe('two servers on one store', () => {
  it('know every vehicle’s position, trail and stops, whichever of them was told', async () => {
    client = new LiveClient(here.url);
    await client.subscribe({});
    const now = Date.now();
    const yesterday_ten = startOfCityDay(now) - 14 * HOUR_MS;
    const message = (device_id: string, at: number, latitude: number) => ({
      device_id,
      location: {
        timestamp: new Date(at).toISOString(),
        coords: { latitude, longitude: 106.7, accuracy: 8, speed: 0, heading: -1 },
      },
    });
    const told = await fetch(`${there.url}/osmand`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([
        message('bus-1', now, 10.79),
        message('bus-1', now - 20 * 60_000, 10.77),
        message('bus-2', yesterday_ten + 15 * 60_000, 10.8),
        message('bus-2', yesterday_ten, 10.8),
      ]),
    });
    expect(await told.json()).toEqual({ accepted: 4, rejected: [] });
    await client.until(() => client.vehicles.has('bus-1') && client.vehicles.has('bus-2'));
    expect(client.vehicles.get('bus-1')?.slice(0, 4)).toEqual(['bus-1', 106.7, 10.79, 0]);
    const { vehicles } = (await here.get('/api/v1/vehicles')).body;
    expect(vehicles[0].trail.map(([, lat]: [number, number]) => lat)).toEqual([10.77, 10.79]);
    const from = encodeURIComponent(toCityIso(yesterday_ten));
    const { stops } = (await here.get(`/api/v1/stops?from=${from}`)).body;
    expect(stops).toMatchObject([{ source_id: 'bus-2', from: toCityIso(yesterday_ten), minutes: 15 }]);
  });
});
